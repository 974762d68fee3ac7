/** Buttons that open and close something: Escape and a press elsewhere close it again. */

/**
 * Join a button to the sheet it shows. Returns `{open, close}`; `close()` gives the
 * focus back to the button when it was inside the sheet.
 */
export function disclosure(button, sheet, { onOpen = () => {} } = {}) {
  const isOpen = () => !sheet.hidden;

  function open() {
    sheet.hidden = false;
    button.setAttribute("aria-expanded", "true");
    onOpen();
  }

  function close() {
    if (!isOpen()) return;
    const hadFocus = sheet.contains(document.activeElement);
    sheet.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (hadFocus) button.focus();
  }

  button.addEventListener("click", () => (isOpen() ? close() : open()));
  document.addEventListener("pointerdown", (event) => {
    if (!sheet.contains(event.target) && !button.contains(event.target)) close();
  });
  sheet.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (next && !sheet.contains(next) && next !== button) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  return { open, close };
}
