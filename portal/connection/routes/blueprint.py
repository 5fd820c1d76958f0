from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("connection", __name__, url_prefix="/whatsapp/configuracoes")

PAGE = "connection/index.html"
