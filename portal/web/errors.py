"""Every error is a page that says what to do; never a stack, never a version."""

from __future__ import annotations

import secrets
import sqlite3

from flask import Flask, flash, g, make_response, redirect, render_template, request, session
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.extensions import db
from portal.web.partials import toast

SWALLOWED = 300 * 1024 * 1024

MESSAGES = {
    400: ("Pedido inválido", "Não entendemos o que o navegador enviou. Volte, recarregue a página e tente de novo."),
    403: ("Sem permissão", "Você não tem permissão para isso. Fale com um administrador da empresa."),
    404: ("Página não encontrada", "Este endereço não existe ou não está disponível para você."),
    405: ("Ação não permitida", "Este endereço não aceita essa ação. Volte e tente pela própria tela."),
    409: ("Outra pessoa mudou antes", "Recarregue a página para ver a versão atual e refaça sua alteração."),
    413: ("Arquivo grande demais", "O arquivo passa do limite de 20 MB. Divida-o em partes menores e envie de novo."),
    429: ("Muitas tentativas", "Espere alguns minutos e tente de novo."),
    500: ("Algo deu errado", "Nada foi salvo. Tente de novo; se continuar, informe o código abaixo ao suporte."),
    503: ("Sistema ocupado", "O sistema está ocupado. Espere alguns segundos e tente de novo."),
}


def init_app(app: Flask) -> None:
    @app.before_request
    def number() -> None:
        g.request_id = secrets.token_hex(6)

    @app.errorhandler(CSRFError)
    def stale(error: CSRFError) -> Response:
        flash("A página ficou aberta tempo demais. Confira os dados e envie de novo.", "danger")
        target = request.referrer if _same_site(request.referrer) else "/"
        if request.headers.get("HX-Request"):
            response = make_response("", 200)
            response.headers["HX-Refresh"] = "true"
            return response
        return redirect(target or "/", 303)

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response
        if error.code == 413 and session.get("token"):
            swallow()
        return page(error.code or 500)

    @app.errorhandler(OperationalError)
    @app.errorhandler(sqlite3.OperationalError)  # SQLite's one write lock was not free in time: asked for by us
    @app.errorhandler(TimeoutError)
    def busy(error: Exception) -> Response:
        db.session.rollback()
        app.logger.error("database unavailable", exc_info=error)
        return page(503)

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        db.session.rollback()
        app.logger.error("unhandled error %s", g.get("request_id"), exc_info=error)
        return page(500)


def page(code: int) -> Response:
    title, text = MESSAGES.get(code, MESSAGES[400 if code < 500 else 500])
    if request.headers.get("HX-Request"):
        response = make_response("", code)
        response.headers["HX-Trigger"] = toast(f"{title}. {text}", "danger")
        return response
    response = make_response(render_template("errors/error.html", title=title, text=text, code=code), code)
    if code == 503:
        response.headers["Retry-After"] = "5"
    return response


def swallow() -> None:
    """Read what a person's browser is still sending: it shows our words only once it has sent all of a file."""
    left = min(request.content_length or 0, SWALLOWED)
    source = request.environ["wsgi.input"]
    while left > 0 and (chunk := source.read(min(left, 256 * 1024))):
        left -= len(chunk)


def _same_site(referrer: str | None) -> bool:
    return bool(referrer) and (referrer or "").startswith(request.host_url)
