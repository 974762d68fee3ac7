"""All that can be said about the content without running the bot: `content.check` asks it all."""
