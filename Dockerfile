# Build: every package is checked against the lock, then a wheel of the program is made offline.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.lock ./
RUN pip download --only-binary=:all: --require-hashes -r requirements.lock -d /wheels
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY content ./content
RUN pip wheel --no-deps --no-index --find-links /wheels -w /wheels .
# Of the packages only what running needs: no test tools, no pip.
RUN python -m venv --without-pip /opt/aftercare \
    && pip --python /opt/aftercare/bin/python install --no-index --find-links /wheels aftercare

FROM python:3.13-slim
COPY --from=build /opt/aftercare /opt/aftercare
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin aftercare \
    && install -d -o 10001 -g 10001 -m 700 /data
ENV PATH="/opt/aftercare/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AFTERCARE_DATABASE_URL="sqlite:////data/aftercare.db"
# The one place that is written to; everything else may be read-only.
VOLUME ["/data"]
WORKDIR /data
USER 10001:10001
HEALTHCHECK --interval=5m --timeout=40s --start-period=30s CMD ["aftercare", "doctor"]
# SIGTERM finishes what is in flight and ends within 5 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["aftercare"]
CMD ["run"]
