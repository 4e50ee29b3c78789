"""`elenchus mcp`: the tools and `ask` for other assistants."""

from __future__ import annotations

from agent.cli.common import HomeOption, open_analyst


def mcp(home: HomeOption = None) -> None:
    """Serve the tools and `ask` over MCP on standard input and output.

    Add it to an MCP client as the command `elenchus mcp`. Every call is in the audit log.
    """
    from agent.mcp_server import serve

    with open_analyst(home) as analyst:
        serve(analyst)
