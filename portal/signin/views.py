"""Signing in, proving oneself again, and the page about one's own devices and ways to sign in."""

import base64
import hmac
import json
import re
from datetime import timedelta

import pyotp
import segno
from flask import Blueprint, Flask, abort, current_app, make_response, request, session, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from portal.autonomy.door_answers import mistakes_beside
from portal.core.ids import id_of
from portal.core.sealed_secrets import unseal
from portal.core.web import browser_mark, goto_safely, invalid, page, saved
from portal.people import session as signed
from portal.people.reach import public, signed_in
from portal.people.roles import STRANGER
from portal.signin import actions, queries
from portal.signin.forms import AppCodeForm, CodeForm, EmailForm, NewPasswordForm, PasswordForm, ProofForm, SetUpForm
from portal.signin.models import Passkey

bp = Blueprint("signin", __name__)


@bp.get("/sign-in")
@public()
def start():
    """Ask for an address, or a passkey."""
    form = EmailForm(next=request.args.get("next", ""))
    return page("signin/start.html", form=form, domain=_domain())


@bp.post("/sign-in")
@public(does=actions.ask_code)
def ask_code():
    form = EmailForm.from_request()
    if not form.validate():
        return invalid("signin/start.html", form=form, domain=_domain())
    asked = actions.ask_code(
        STRANGER, email=form.email.data, browser=browser_mark(), address=_address(), known=_is_known(form.email.data)
    )
    if asked is None:
        form.email.errors = [actions.SLOW_DOWN]
        return invalid("signin/start.html", form=form, domain=_domain())
    session["code"] = {"id": asked.id, "email": form.email.data}
    return saved(goto=url_for(".code", next=form.next.data or None))


@bp.get("/sign-in/code")
@public()
def code():
    """Type the six numbers."""
    if "code" not in session:
        return saved(goto=url_for(".start"))
    form = CodeForm(next=request.args.get("next", ""))
    return page("signin/code.html", form=form, email=session["code"]["email"])


@bp.post("/sign-in/code")
@public(does=(actions.enter_code, actions.sign_out))
def enter_code():
    form, asked = CodeForm.from_request(), session.get("code")
    if asked is None:
        return saved(goto=url_for(".start"))
    if form.validate():
        this_form = f"{form.key.data} {form.code.data} {form.keep.data}"
        fresh = _device(form.keep.data) | {"token": _token_for(browser_mark(), asked["id"], this_form)}
        facts = {"challenge_id": asked["id"], "code": form.code.data, "browser": browser_mark()}
        device = actions.enter_code(STRANGER, key=this_form, **facts, **fresh)
        if device:
            dozed = queries.ways_of(device.person_id).any  # an inbox alone isn't the proof that conversations ask of them
            return _welcome(fresh["token"], device, form.next.data, email=asked["email"], dozed=dozed)
        form.code.errors = ["Those aren’t the numbers, or they’re too old. Check the newest email, or send it again."]
    return invalid("signin/code.html", form=form, email=asked["email"])


@bp.get("/sign-in/password")
@public()
def password():
    """For those who like a password."""
    return page("signin/password.html", form=PasswordForm(next=request.args.get("next", "")))


@bp.post("/sign-in/password")
@public(does=(actions.use_password, actions.sign_out))
def use_password():
    form = PasswordForm.from_request()
    if form.validate():
        fresh = _device(form.keep.data)
        with mistakes_beside(form, "password"):
            device = actions.use_password(
                STRANGER,
                email=form.email.data,
                password=form.password.data,
                address=_address(),
                known=_is_known(form.email.data),
                **fresh,
            )
            if device:
                return _welcome(fresh["token"], device, form.next.data, email=form.email.data)
            form.password.errors = ["That address and password don’t go together."]
    return invalid("signin/password.html", form=form)


@bp.post("/sign-in/passkey/challenge")
@public(does=actions.ask_passkey)
def passkey_challenge():
    """What a passkey must sign, as the browser wants it."""
    who, domain = signed.identity(), _domain() or abort(404)
    asked = actions.ask_passkey(STRANGER, browser=browser_mark(), address=_address())
    if asked is None:
        return {}, 429
    allowed = queries.ways_of(who.id).passkeys if who else []
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=domain,
        challenge=bytes.fromhex(asked.nonce),
        allow_credentials=[PublicKeyCredentialDescriptor(id=Passkey.raw(key.credential_id)) for key in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return {"challenge_id": asked.id, "options": json.loads(options_to_json(options))}


@bp.post("/sign-in/passkey")
@public(does=(actions.use_passkey, actions.sign_out))
def use_passkey():
    fresh = _device(bool(request.form.get("keep")))
    form = EmailForm(next=request.form.get("next", ""))
    with mistakes_beside(form, "email"):
        device = actions.use_passkey(STRANGER, **_credential(), **fresh)
        return _welcome(fresh["token"], device, request.form.get("next"))
    return invalid("signin/start.html", form=form, domain=_domain())


@bp.get("/set-up")
@public()
def set_up():
    """The first coordinator comes in with the code that `portal setup` printed."""
    return page("signin/set_up.html", form=SetUpForm())


@bp.post("/set-up")
@public(does=(actions.use_setup_code, actions.sign_out))
def use_setup_code():
    form, fresh = SetUpForm.from_request(), _device(False)
    if form.validate():
        device = actions.use_setup_code(STRANGER, code=form.code.data, address=_address(), **fresh)
        if device:
            return _welcome(fresh["token"], device, url_for(".second"))
        form.code.errors = ["That code doesn’t work, or not any more. Run portal setup again for a new one."]
    return invalid("signin/set_up.html", form=form)


@bp.get("/sign-in/again")
@signed_in()
def again():
    """A passkey or password, asked again before something that matters."""
    ways = queries.ways_of(_me().id)
    return page("signin/again.html", form=ProofForm(next=request.args.get("next", "")), ways=ways, second=False)


@bp.get("/sign-in/back")
@signed_in()
def back():
    """In again, for someone whose words wait on another page (`people/expired_sign_in.py`)."""
    return page("signin/back.html")


@bp.get("/sign-in/second")
@signed_in()
def second():
    """Staff: the second factor, or setting one up the first time."""
    ways = queries.ways_of(_me().id)
    return page("signin/again.html", form=ProofForm(next=request.args.get("next", "")), ways=ways, second=True)


@bp.post("/sign-in/again")
@signed_in(does=actions.prove_with_password)
def prove_with_password():
    form, ways = ProofForm.from_request(), queries.ways_of(_me().id)
    second_ = bool(request.form.get("second"))
    if form.validate():
        token = signed.new_token()
        digits = re.sub(r"\D", "", form.app_code.data or "") or None
        with mistakes_beside(form, "password"):
            device = None
            if digits or not second_:
                device = actions.prove_with_password(
                    _me().self_actor,
                    None,
                    _me().device_id,
                    password=form.password.data,
                    app_code=digits,
                    token=token,
                )
            if device:
                signed.start(token, remembered=device.remembered)
                return saved(goto=goto_safely(form.next.data, "/"))
            form.password.errors = ["That didn’t fit. Check the password" + (" and the six numbers." if second_ else ".")]
    return invalid("signin/again.html", form=form, ways=ways, second=second_)


@bp.post("/sign-in/again/passkey")
@signed_in(does=actions.prove_with_passkey)
def prove_with_passkey():
    token = signed.new_token()
    device = actions.prove_with_passkey(_me().self_actor, None, _me().device_id, token=token, **_credential())
    signed.start(token, remembered=device.remembered)
    return saved(goto=goto_safely(request.form.get("next"), "/"))


@bp.get("/you")
@signed_in()
def you():
    """Where I'm signed in, and how."""
    return page("signin/you.html", **_you())


@bp.post("/you/devices/<int:device_id>/sign-out")
@signed_in(does=actions.sign_out)
def sign_out(device_id):
    actions.sign_out(_me().self_actor, None, device_id)
    if device_id != _me().device_id:
        return saved(goto=url_for(".you"), says="Signed out there.")
    return _goodbye()


@bp.post("/you/sign-out-everywhere")
@signed_in(does=actions.sign_out_everywhere)
def sign_out_everywhere():
    actions.sign_out_everywhere(_me().self_actor)
    return _goodbye()


@bp.post("/you/passkeys/challenge")
@signed_in(does=actions.ask_passkey)
def new_passkey_challenge():
    """What a new passkey must sign."""
    domain = _domain() or abort(404)
    asked = actions.ask_passkey(_me().self_actor, browser=browser_mark(), address=_address())
    if asked is None:
        return {}, 429
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=domain,
        rp_name="Trellis",
        user_id=str(_me().id).encode(),
        user_name=_me().email,
        user_display_name=_me().name,
        challenge=bytes.fromhex(asked.nonce),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=Passkey.raw(key.credential_id)) for key in queries.ways_of(_me().id).passkeys
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return {"challenge_id": asked.id, "options": json.loads(options_to_json(options))}


@bp.post("/you/passkeys")
@signed_in(does=actions.add_passkey)
def add_passkey():
    token = signed.new_token()
    actions.add_passkey(_me().self_actor, label=_device_label(), token=token, **_credential())
    signed.start(token, remembered=_me().remembered)
    return saved(goto=goto_safely(request.form.get("next"), url_for(".you")), says="Your passkey is set up.")


@bp.post("/you/passkeys/<int:passkey_id>/removal")
@signed_in(does=actions.remove_passkey)
def remove_passkey(passkey_id):
    actions.remove_passkey(_me().self_actor, None, passkey_id)
    return saved(goto=url_for(".you"), says="That passkey is gone.")


@bp.post("/you/password")
@signed_in(does=actions.set_password)
def set_password():
    form = NewPasswordForm.from_request()
    if not form.validate():
        return invalid("signin/you.html", **_you(new_password=form))
    token = signed.new_token()
    actions.set_password(_me().self_actor, password=form.password.data, token=token)
    signed.start(token, remembered=_me().remembered)
    return saved(goto=goto_safely(form.next.data, url_for(".you")), says="Your password is set.")


@bp.post("/you/password/removal")
@signed_in(does=actions.remove_password)
def remove_password():
    actions.remove_password(_me().self_actor)
    return saved(goto=url_for(".you"), says="Your password is gone.")


@bp.get("/you/app")
@signed_in(asks_again=True)
def app_code():
    """The square code for a code app."""
    return page("signin/app.html", **_app(AppCodeForm()))


@bp.post("/you/app")
@signed_in(does=actions.start_app)
def start_app():
    actions.start_app(_me().self_actor)
    return saved(goto=url_for(".app_code"))


@bp.post("/you/app/code")
@signed_in(does=actions.confirm_app)
def confirm_app():
    form = AppCodeForm.from_request()
    if form.validate():
        token = signed.new_token()
        with mistakes_beside(form, "app_code"):
            actions.confirm_app(_me().self_actor, app_code=form.app_code.data, token=token)
            signed.start(token, remembered=_me().remembered)
            return saved(goto=url_for(".you"), says="Your app is set up.")
    return invalid("signin/app.html", **_app(form))


def _me() -> signed.Identity:
    who = signed.identity()
    assert who is not None
    return who


def _you(new_password=None) -> dict:
    return {
        "ways": queries.ways_of(_me().id),
        "devices": queries.devices_of(_me().id),
        "here": _me().device_id,
        "new_password": new_password or NewPasswordForm(),
        "domain": _domain(),
    }


def _app(form) -> dict:
    kept = queries.password_of(_me().id)
    key = unseal(kept.app_key) if kept and kept.app_key and not kept.app_confirmed_at else None
    uri = pyotp.TOTP(key).provisioning_uri(name=_me().email, issuer_name="Trellis") if key else ""
    square = segno.make(uri, error="m").svg_inline(scale=5, border=2, svgclass="qr", lineclass=None) if key else ""
    return {"form": form, "app_key": key, "square": square}


def _domain() -> str | None:
    """The passkey domain of the address this request came to; None for a bare number, which browsers refuse."""
    host = request.host.rpartition(":")[0] or request.host
    if re.fullmatch(r"[\d.]+|\[.*\]", host):
        return None
    return host if host == "localhost" else current_app.config["SETTINGS"].passkey_domain


def _origin() -> str:
    return request.host_url.rstrip("/")


def _credential() -> dict:
    """The passkey's answer as posted, with what it must fit."""
    return {
        "challenge_id": id_of(request.form.get("challenge_id")) or 0,
        "credential": request.form.get("credential", "{}"),
        "browser": browser_mark(),
        "domain": _domain() or "",
        "origin": _origin(),
    }


def _device(remembered: bool) -> dict:
    return {"token": signed.new_token(), "label": _device_label(), "remembered": remembered}


def _token_for(*facts) -> str:
    """The token of one very form: tapped twice, where the first answer never arrived, it is still one sign-in."""
    secret = str(current_app.secret_key).encode()
    made = hmac.digest(secret, "\0".join(map(str, ("device", *facts))).encode(), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _device_label() -> str:
    """A browser in a few words: Chrome on Android."""
    agent = request.headers.get("User-Agent", "")
    browsers = (("Edg/", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac", "Mac"))
    browser = next((name for mark, name in (*browsers, ("Safari", "Safari")) if mark in agent), "A browser")
    system = next((name for mark, name in (*systems, ("Linux", "Linux")) if mark in agent), "a device")
    return f"{browser} on {system}"


def _address() -> str:
    return request.remote_addr or ""


def _known_box() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known device")


def _known_cookie() -> str:
    return "__Host-known" if current_app.config["SETTINGS"].secure else "known"


def _known() -> list[str]:
    """Fingerprints of the addresses that signed in on this browser before."""
    try:
        return _known_box().loads(request.cookies.get(_known_cookie(), ""))
    except BadSignature:
        return []


def _is_known(email: str) -> bool:
    """Whether this address signed in on this very browser before: such a one always gets through."""
    return signed.hashed(email)[:20] in _known()


def _welcome(token: str, device, next_: str | None, email: str | None = None, *, dozed: bool = False):
    """Into the portal with a fresh cookie; this browser is known for the address from now on. Whoever was signed in on it
    before is signed out."""
    session.pop("code", None)
    signed.start(token, remembered=device.remembered, dozed=dozed)
    earlier = signed.identity()
    if earlier and earlier.device_id != device.id:
        actions.sign_out(earlier.self_actor, None, earlier.device_id)
    answer = make_response(saved(goto=goto_safely(next_, "/")))
    if email:
        known = [signed.hashed(email)[:20], *_known()][:5]
        secure = current_app.config["SETTINGS"].secure
        answer.set_cookie(
            _known_cookie(),
            str(_known_box().dumps(list(dict.fromkeys(known)))),
            max_age=timedelta(days=400),
            httponly=True,
            secure=secure,
            samesite="Lax",
        )
    return answer


def _goodbye():
    signed.end()
    session.clear()
    return saved(goto=url_for(".start"), says="You’re signed out.")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
