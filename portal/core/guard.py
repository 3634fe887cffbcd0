"""What every request and answer must satisfy: forgery check, headers, trusted host.

Forgery: an unsafe request must say it comes from our own pages, by Sec-Fetch-Site or else by Origin. No token to go stale
under a tired person.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request

SAFE = {"GET", "HEAD", "OPTIONS"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}
# And instead, on a page that records and plays sounds: ours, and what was recorded there a moment ago.
WITH_SOUND = {
    "Content-Security-Policy": f"{POLICY}; media-src 'self' blob:",
    "Permissions-Policy": "geolocation=(), microphone=(self), camera=()",
}
LONG_TLS = "max-age=31536000; includeSubDomains"


def refuse_forgery() -> None:
    """Refuse an unsafe request that did not come from our own pages (403)."""
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc != request.host:
        abort(403)


def refuse_nul() -> None:
    """Nothing is where an address with a NUL in it points (404); PostgreSQL can't even be asked."""
    if "\0" in request.path or b"%00" in request.query_string:
        abort(404)


def allow_sound() -> None:
    """Let the page that answers this request play sounds and ask for the microphone."""
    g.with_sound = True


def add_headers(answer):
    """Our headers on every answer, unless it set a stricter policy of its own."""
    for name, value in (HEADERS | (WITH_SOUND if "with_sound" in g else {})).items():
        answer.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].secure:
        answer.headers["Strict-Transport-Security"] = LONG_TLS
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("HX-Request")
    return answer


def init_app(app: Flask) -> None:
    host = urlsplit(app.config["SETTINGS"].url).hostname
    local = ["localhost", "127.0.0.1", "[::1]"]
    app.config["TRUSTED_HOSTS"] = list(dict.fromkeys([host, *local]))
    app.jinja_env.globals["allow_sound"] = allow_sound
    app.before_request(refuse_forgery)
    app.before_request(refuse_nul)
    app.after_request(add_headers)
