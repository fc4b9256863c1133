"""Plays what Home Assistant's Supervisor does for the page of an app, as its source describes it: supervisor.py PORT APP_PORT

It lets in whoever bears a session's cookie, passes on what was said there with a few headers less, never follows a redirect, and
undoes compression. `POST /ingress/session` makes a session, as Home Assistant does for a resident who opens the side bar. It runs
in the Python of Home Assistant, which has aiohttp.
"""
import secrets
import sys

from aiohttp import ClientError, ClientSession, ClientTimeout, hdrs, web

port, app_port = int(sys.argv[1]), int(sys.argv[2])
sessions = set()
# Answers of a known length below this are passed on whole.
SMALL = 4_194_000
NOT_PASSED_ON = {hdrs.CONTENT_LENGTH, hdrs.CONTENT_ENCODING, hdrs.TRANSFER_ENCODING, "X-Supervisor-Token", "X-Hassio-Key"}
NOT_PASSED_BACK = {hdrs.TRANSFER_ENCODING, hdrs.CONTENT_LENGTH, hdrs.CONTENT_TYPE, hdrs.CONTENT_ENCODING}


def without(headers, names):
    names = {name.lower() for name in names}
    return [(name, value) for name, value in headers.items() if name.lower() not in names]


async def new_session(request):
    session = secrets.token_hex(64)
    sessions.add(session)
    return web.json_response({"result": "ok", "data": {"session": session}})


async def ingress(request):
    if request.cookies.get("ingress_session") not in sessions:
        raise web.HTTPUnauthorized
    headers = without(request.headers, NOT_PASSED_ON)
    said = request.headers.get(hdrs.X_FORWARDED_FOR)
    headers = [*without(dict(headers), [hdrs.X_FORWARDED_FOR]), (hdrs.X_FORWARDED_FOR, f"{said}, {request.remote}")]
    # With `ingress_stream` what is posted goes on as it comes, in chunks.
    data = request.content if request.method == "POST" else await request.read()
    url = f"http://127.0.0.1:{app_port}/{request.match_info['path']}"
    asked = request.app["client"].request(
        request.method, url, headers=headers, params=request.query, allow_redirects=False, data=data,
        timeout=ClientTimeout(total=None), skip_auto_headers={hdrs.CONTENT_TYPE})
    try:
        async with asked as answer:
            return await passed_back(request, answer)
    except ClientError as error:
        raise web.HTTPBadGateway from error


async def passed_back(request, answer):
    response = web.StreamResponse(status=answer.status)
    for name, value in without(answer.headers, NOT_PASSED_BACK):
        response.headers.add(name, value)
    kind = answer.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream").partition(";")[0].strip()
    if request.method == "HEAD" or answer.status in (204, 304):
        return web.Response(status=answer.status, headers=response.headers)
    if int(answer.headers.get(hdrs.CONTENT_LENGTH, SMALL)) < SMALL:
        return web.Response(status=answer.status, headers=response.headers, content_type=kind, body=await answer.read())
    response.content_type = kind
    response.headers["X-Accel-Buffering"] = "no"
    await response.prepare(request)
    try:
        async for piece, _ in answer.content.iter_chunks():
            await response.write(piece)
    except (ClientError, ConnectionError):
        pass
    return response


async def client(app):
    app["client"] = ClientSession()
    yield
    await app["client"].close()


supervisor = web.Application()
supervisor.add_routes([web.post("/ingress/session", new_session), web.route("*", "/ingress/{token}/{path:.*}", ingress)])
supervisor.cleanup_ctx.append(client)
web.run_app(supervisor, host="127.0.0.1", port=port, print=None)
