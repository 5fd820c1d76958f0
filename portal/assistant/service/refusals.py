"""Somebody wishes no more messages, or is not the person that is sought: noted at once, whoever has the conversation."""

from __future__ import annotations

from portal.assistant.rules.machine import READABLE_KINDS
from portal.assistant.rules.refusals import Wish, wish_in
from portal.bot_messages import queries as bot_messages
from portal.bot_messages.rules import MessageKind
from portal.gateways.messages import Text
from portal.inbox.models import Author, Conversation, ConversationStatus, Message
from portal.inbox.rules.start import OptOut
from portal.inbox.service import opt_out, queue, reply
from portal.menu.rules import REPLY_PREFIX

_ANSWERS = {
    Wish.STOP: MessageKind.OPT_OUT,
    Wish.WRONG_PERSON: MessageKind.WRONG_PERSON,
    Wish.RESUME: MessageKind.OPT_IN,
}


def take(conversation: Conversation, message: Message, reply_id: str) -> bool:
    """Carry out such a wish in the caller's transaction; False when the message is none.

    While a person has the conversation, it stays with them and they answer; else the company's text goes out and the
    conversation is closed.
    """
    if message.kind not in READABLE_KINDS or reply_id.startswith(REPLY_PREFIX):
        return False
    contact, status = conversation.contact, conversation.status
    attended = status is ConversationStatus.OPEN
    at_the_start = status is ConversationStatus.STARTED or not (attended or conversation.assistant_state)
    asked = contact.opt_out is OptOut.ASKED
    wish = wish_in(message.text, opted_out=asked, answers_starter=at_the_start, attended=attended)
    if wish is None:
        return False
    if wish is not Wish.RESUME:
        reason = OptOut.ASKED if wish is Wish.STOP else OptOut.WRONG_PERSON
        opt_out.opt_out(contact, reason, said_at=message.sent_at)
    elif not opt_out.opt_in(contact, said_at=message.sent_at):
        return False
    if not attended:
        text = bot_messages.text(conversation.account_id, _ANSWERS[wish])
        queue.add(conversation, Text(text), Author.ASSISTANT)
        reply.end(conversation)
    return True
