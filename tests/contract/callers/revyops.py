"""Calls the sandbox with revyops-mcp, a client that somebody else wrote, and prints what came of each call as one
JSON object. What was stored is checked by harness/callers.py, through cardex.

    revyops.py CONTACT      (with REVYOPS_API_URL, REVYOPS_API_KEY, REVYOPS_CLIENT_ID)
"""

import asyncio
import json
import logging
import sys

from revyops_mcp import server

logging.disable(logging.CRITICAL)


async def outcome(tool, **arguments):
    try:
        content = await server.mcp.call_tool(tool, arguments)
    except Exception as error:
        return {"error": str(error)}
    # Text alone, or text and the same as data, by the version of mcp.
    blocks = content[0] if isinstance(content, tuple) else content
    return {"value": json.loads(blocks[0].text)}


async def main(contact):
    told = {
        "search": await outcome("search_contacts", email="ada.okafor@example.com"),
        "update": await outcome("update_contact", contact_id=contact, first_name="Mcp", last_name="Caller"),
        # It sends members that no document knows.
        "unknown": await outcome("update_contact", contact_id=contact, title="CEO", status="Gone"),
        "get": await outcome("get_contact", contact_id=contact),
        "missing": await outcome("get_contact", contact_id="99999"),
    }
    server._clients["default"]["api_key"] = "wrong"
    told["stranger"] = await outcome("get_contact", contact_id=contact)
    print(json.dumps(told))


asyncio.run(main(sys.argv[1]))
