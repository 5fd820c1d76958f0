"""The routes of an instance: what each answers, by which verb."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import segno

from tests.fakes import plug_rules
from tests.fakes.http_server import Reply
from tests.fakes.plug_state import Instance, Queued, Refused
from tests.fakes.plug_world import World

Handler = Callable[["Routes", Instance, Mapping[str, Any], str], Any]
PAGE = 30
DONE = {"value": True}
SETTERS = {
    "update-webhook-received": ("received",),
    "update-webhook-received-delivery": ("received",),
    "update-webhook-delivery": ("delivery",),
    "update-webhook-message-status": ("status",),
    "update-webhook-connected": ("connected",),
    "update-webhook-disconnected": ("disconnected",),
    "update-webhook-chat-presence": ("presence",),
    "update-every-webhooks": ("received", "delivery", "status", "connected", "disconnected", "presence"),
}
STATUS_TEXTS = {
    "connected": "You are already connected.",
    "disconnected": "You are not connected.",
    "restorable": "You need to restore the session.",
}


class Routes(World):
    """The answers; what stands before them, who may call and how, is in `plug_api`."""

    def _status(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        up = instance.link == "connected"
        online = instance.online if up else instance.link == "restorable"
        told = {"connected": up, "smartphoneConnected": online, "error": STATUS_TEXTS[instance.link]}
        return {**told, "session": instance.link != "disconnected"} if instance.switches.session_in_status else told

    def _qr_image(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        if not instance.switches.qr_image_route:
            raise Refused(200, "NOT_FOUND", message="Unable to find matching target resource method")
        if instance.switches.challenge:
            return {"challenge": {"rpId": "web.whatsapp.com"}}
        if instance.link == "connected":
            return {}
        instance.qr_at.append(self.now())
        text = self.qr_text(instance)
        drawn = io.BytesIO()
        segno.make(text, micro=False).save(drawn, kind="png", scale=4)
        encoded = base64.b64encode(drawn.getvalue()).decode()
        if instance.switches.qr_as == "png":
            return Reply(200, drawn.getvalue(), "image/png")
        shown = {"data_uri": f"data:image/png;base64,{encoded}", "base64": encoded, "text": text}
        return {"value": shown[instance.switches.qr_as]}

    def _qr_text(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        if instance.link == "connected":
            return {"error": STATUS_TEXTS["connected"]}
        instance.qr_at.append(self.now())
        return Reply(200, self.qr_text(instance).encode(), "text/plain")

    def _phone_code(self, instance: Instance, _data: Mapping[str, Any], phone: str) -> Any:
        if instance.switches.challenge:
            return {"challenge": {"rpId": "web.whatsapp.com"}}
        instance.qr_at.append(self.now())
        return {"value": f"ABCD{phone[-4:]}"}

    def _restore(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        if instance.link == "disconnected":
            return {"value": False}
        self._link(instance, instance.phone)
        return DONE

    def _restart(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        if instance.link == "connected":
            self._link(instance, instance.phone)  # the same event as after a scan, though nobody read a code
        return DONE

    def _disconnect(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        instance.link, instance.phone = "disconnected", ""  # no webhook tells of it
        return DONE

    def _device(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        if instance.link != "connected":
            raise Refused(400, STATUS_TEXTS[instance.link])
        return {"phone": instance.phone, "imgUrl": None, "about": "", "name": "Empresa", "isBusiness": False}

    def _exists(self, instance: Instance, _data: Mapping[str, Any], phone: str) -> Any:
        known = self.canonical.get(phone, phone)
        exists = known not in self.not_on_whatsapp
        found = {"exists": exists, "phone": known if exists else None, "lid": f"{known[-9:]}@lid" if exists else None}
        return [{**found, "exists": str(exists).lower()}] if instance.switches.exists_as_list else found

    def _queue_page(self, instance: Instance, data: Mapping[str, Any], _rest: str) -> Any:
        if not instance.switches.queue_post:
            raise Refused(405, "Method Not Allowed")
        start, size = int(data.get("pagingState") or 0), min(int(data.get("pageSize", PAGE)), PAGE)
        listed = instance.queue[start : start + size]
        more = start + size < len(instance.queue)
        shown = [{"ZaapId": each.zaap_id, "MessageId": each.message_id, "Phone": each.phone} for each in listed]
        return {"messages": shown, "pagingState": str(start + size) if more else None, "hasMore": more}

    def _queue_count(self, instance: Instance, _data: Mapping[str, Any], _rest: str) -> Any:
        if not instance.switches.queue_get:
            raise Refused(404, "NOT_FOUND")
        return {"count": len(instance.queue)}

    def _queue_clear(self, instance: Instance, _data: Mapping[str, Any], zaap_id: str) -> Any:
        for message in [each for each in instance.queue if zaap_id in {"", each.zaap_id}]:
            message.discarded = True
            instance.queue.remove(message)
        return DONE

    def _set_webhook(self, instance: Instance, data: Mapping[str, Any], _rest: str, action: str) -> Any:
        if action == "update-every-webhooks" and not instance.switches.every_webhooks:
            raise Refused(404, "NOT_FOUND")
        url = str(data.get("value", ""))
        if not url.startswith("https://") and not (instance.switches.plain_http and url.startswith("http://127.0.0.1")):
            raise Refused(400, "The url must be https")
        instance.webhooks |= dict.fromkeys(SETTERS[action], url)
        if action == "update-webhook-received-delivery" or data.get("notifySentByMe") is True:
            instance.notify_sent_by_me = True
        return DONE

    def _read_message(self, _instance: Instance, data: Mapping[str, Any], _rest: str) -> Any:
        if not data.get("phone") or not data.get("messageId"):
            raise Refused(400, "phone and messageId are required")
        self.read.append(dict(data))
        return Reply(204, b"")

    def _send_message(self, instance: Instance, data: Mapping[str, Any], _rest: str, action: str) -> Any:
        switches = instance.switches
        if switches.value_false:
            return {"value": False}
        phone = plug_rules.check_phone(data, switches)
        plug_rules.check_content(action, data)
        error = "" if phone else "Message has not been sent because it got invalid phone number"
        document, media_error = b"", ""
        if key := plug_rules.file_key(action):
            document, media_error = plug_rules.read_file(key, str(data[key]))
        error = error or media_error or plug_rules.button_error(action, phone, switches)
        number = next(self._serial)
        delay = plug_rules.delay_of(data, 1 + number % 3)
        ids = (f"3F{number:030X}", f"3EB0{number:016X}")
        message = Queued(
            *ids,
            instance.instance_id,
            action,
            phone or str(data["phone"]),
            dict(data),
            self.now(),
            delay,
            document,
            error,
        )
        self.enqueue(message)
        given = {"zaapId": message.zaap_id, "messageId": message.message_id}
        return given if switches.old_shapes else {**given, "id": message.message_id}


ROUTES: tuple[tuple[str, re.Pattern[str], Handler], ...] = tuple(
    (verb, re.compile(pattern), handler)
    for verb, pattern, handler in (
        ("GET", r"status()", Routes._status),
        ("GET", r"qr-code/image()", Routes._qr_image),
        ("GET", r"qr-code()", Routes._qr_text),
        ("GET", r"phone-code/(\d+)", Routes._phone_code),
        ("GET", r"restore-session()", Routes._restore),
        ("GET", r"restart()", Routes._restart),
        ("GET", r"disconnect()", Routes._disconnect),
        ("GET", r"device()", Routes._device),
        ("GET", r"phone-exists/(\d+)", Routes._exists),
        ("POST", r"queue()", Routes._queue_page),
        ("GET", r"queue/count()", Routes._queue_count),
        ("DELETE", r"queue(?:/(\w+))?", Routes._queue_clear),
        ("POST", r"read-message()", Routes._read_message),
    )
)
