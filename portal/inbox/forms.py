from __future__ import annotations

from wtforms import HiddenField, TextAreaField

from portal.inbox.service.reply import MAX_REPLY
from portal.web.forms import Form, at_most, needed

TOKEN_LENGTH = 64


class ReplyForm(Form):
    text = TextAreaField("Mensagem", [needed("a mensagem"), at_most(MAX_REPLY)])
    client_token = HiddenField("", [at_most(TOKEN_LENGTH)])
