"""The built-in words in Spanish: formal, as one writes to people in the United States."""

from __future__ import annotations

from scheduler.domain.answers import Answer
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.words.language import (
    UNBROKEN,
    ClosingWords,
    Forms,
    Language,
    ListWords,
    MailWords,
    MomentWords,
    Note,
    PageWords,
)

_ANSWER = "Díganos, por favor, si {times_suit}; no necesita contraseña:\n{link}"
_ADDRESS = "Dirección: {address}"
_CALL = "Si tiene alguna pregunta o necesita otro horario, llame al {phone}."


def _mail(subject: str, opening: str) -> MailWords:
    return MailWords(subject, "\n\n".join(("Hola:", opening, "{visits}", _ANSWER, _ADDRESS, _CALL)))


_REMINDER = _mail("Recordatorio de su cita", "Le recordamos su cita en {public_name}:")

_ESCORT = MailWords(
    "Usted se ofreció a recoger a una visita",
    "\n\n".join(
        (
            "Hola:",
            "Usted se ofreció a recoger a una visita en {public_name}, hacia esta hora:",
            "{visits}",
            _ADDRESS,
            "Si tiene alguna pregunta o no desea recibir estos mensajes, llame al {phone}.",
        )
    ),
)

MAILS = {
    MessageKind.CONFIRMATION: _mail("Sus citas", "Le confirmamos que {booked} en {public_name}:"),
    MessageKind.PREPARATION: _mail(
        "Antes de su cita",
        "Hay algo que leer y que hacer antes de esta cita en {public_name}. "
        "Consulte sus instrucciones o, si no las tiene, llámenos:",
    ),
    MessageKind.THREE_DAYS: _REMINDER,
    MessageKind.ONE_DAY: _REMINDER,
    MessageKind.SAME_DAY: _REMINDER,
    MessageKind.CHANGE: _mail("Cambios en sus citas", "Hay un cambio en sus citas en {public_name}."),
    MessageKind.ESCORT_DAY: _ESCORT,
    MessageKind.ESCORT_HOUR: _ESCORT,
}


def _text(news: str) -> str:
    # Neither CANCELAR nor FIN is ever offered; STOP is what every network knows.
    return "\n".join((f"{{public_name}}: {news}", "{answers}", "{link}", "STOP para darse de baja"))


_SHORT_REMINDER = _text("tiene una cita el {visits}.")

_SHORT_ESCORT = "\n".join(
    (
        "{public_name}: se ofreció a recoger a una visita hacia el {visits}.",
        "Dirección: {address}.",
        "Preguntas: {phone}.",
        "STOP para darse de baja",
    )
)

TEXTS = {
    MessageKind.CONFIRMATION: _text("{booked}: {visits}."),
    MessageKind.PREPARATION: _SHORT_REMINDER,
    MessageKind.THREE_DAYS: _SHORT_REMINDER,
    MessageKind.ONE_DAY: _SHORT_REMINDER,
    MessageKind.SAME_DAY: _SHORT_REMINDER,
    MessageKind.CHANGE: _text("{visits}"),
    MessageKind.ESCORT_DAY: _SHORT_ESCORT,
    MessageKind.ESCORT_HOUR: _SHORT_ESCORT,
}

_UNTIL_THEN = "Le llamaremos; hasta entonces la cita sigue en pie."
_SEEN_TO = "Ya lo hemos atendido. La cita sigue en pie."

_PAGE = PageWords(
    heading=Forms(one="Su cita", other="Sus citas"),
    all_suit="Todos estos horarios me convienen",
    called_off="Esta cita ya no está reservada. Si no lo sabía, {call}.",
    moved=(
        "El horario de esta cita ha cambiado después de nuestro mensaje. "
        "Para saber el nuevo, consulte nuestro mensaje posterior o {call}."
    ),
    call_number="llame al {phone}",
    call_us="llámenos",
    if_changed="Si algo ha cambiado:",
    where="Dónde:",
    questions="Preguntas:",
    please="{call}.",
    nothing_cancelled=(
        "Esta página no cancela nada. Es solo para usted: no comparta su dirección, por favor."
    ),
    buttons={
        Answer.ACCEPTED: "Asistiré",
        Answer.CALL_WANTED: "Llámenme, por favor",
        Answer.OTHER_TIME: "Necesito otro horario",
    },
    take_the_call="Contestaré la llamada",
    said={
        Answer.ACCEPTED: "Hemos anotado que este horario le conviene.",
        Answer.TENTATIVE: "Ha respondido «quizás» a nuestra invitación.",
        Answer.DECLINED: f"Ha respondido que no a nuestra invitación. {_UNTIL_THEN}",
        Answer.CALL_WANTED: f"Nos ha pedido que le llamemos. {_UNTIL_THEN}",
        Answer.OTHER_TIME: f"Nos ha dicho que necesita otro horario. {_UNTIL_THEN}",
    },
    seen_to={
        Answer.DECLINED: f"Ha respondido que no a nuestra invitación. {_SEEN_TO}",
        Answer.CALL_WANTED: f"Nos ha pedido que le llamemos. {_SEEN_TO}",
        Answer.OTHER_TIME: f"Nos ha dicho que necesita otro horario. {_SEEN_TO}",
    },
    notes={
        404: Note(
            "Este enlace no sirve",
            "Puede estar incompleto, haber sido reemplazado por un mensaje posterior o haber caducado. "
            "Si queda algo pendiente, llame al número de nuestro mensaje.",
        ),
        409: Note(
            "Inténtelo de nuevo",
            "No pudimos anotar su respuesta en este momento. Inténtelo de nuevo en unos instantes.",
        ),
        429: Note("Espere un poco", "Esta página se pidió muchas veces. Inténtelo de nuevo en unos minutos."),
        503: Note(
            "Inténtelo más tarde", "La página no se puede mostrar en este momento. No ha cambiado nada."
        ),
    },
    other_note=Note(
        "Algo no funcionó",
        "No ha cambiado nada. Abra otra vez el enlace de nuestro mensaje o llame al número que aparece en él.",
    ),
)

SPANISH = Language(
    code="es",
    name="Spanish",
    locale="es_US",
    moments=MomentWords(
        pattern=f"EEEE, d 'de' MMMM 'de' y, h:mm{UNBROKEN}a",
        short_pattern=f"E d MMM, h:mm{UNBROKEN}a",
        by_phone=" (por teléfono: le llamamos nosotros)",
        short_by_phone=" (le llamamos)",
    ),
    lists=ListWords(
        booked=Forms(one="tiene una cita reservada", other="tiene {number} citas reservadas"),
        heading_booked=Forms(one="Tiene una cita reservada:", other="Tiene {number} citas reservadas:"),
        heading_moved=Forms(
            one="Esta cita tiene un nuevo horario:", other="Estas citas tienen un nuevo horario:"
        ),
        heading_called_off=Forms(one="Esta cita queda cancelada:", other="Estas citas quedan canceladas:"),
        instead="antes: {before}",
        times_suit=Forms(one="este horario le conviene", other="estos horarios le convienen"),
        short_moved="su cita del {before} pasa al {now}.",
        short_called_off=Forms(
            one="queda anulada una cita: {visits}.", other="quedan anuladas {number} citas: {visits}."
        ),
        short_booked="{booked}: {visits}.",
        short_also=Forms(
            one="También tiene una cita {visits}.", other="También tiene {number} citas: {visits}."
        ),
        short_needed="Falta algo: por favor, {call}.",
        short_needed_before="Antes de la cita {visits} hace falta algo más: por favor, {call}.",
    ),
    closing=ClosingWords(
        confirm="Responda 1 para confirmar, 2 para que le llamemos.",
        accept="Responda 1 para aceptar, 2 para que le llamemos.",
        questions="Preguntas: {phone}.",
        needed="Antes de esta cita hace falta algo más. Por favor, {call}.",
        attached="Adjunto: lo necesario para añadirlo a su calendario.",
        automatic="Este mensaje se envió automáticamente. Las respuestas no se leen.",
        automatic_but_answers=(
            "Este mensaje se envió automáticamente. Las respuestas no se leen, salvo el sí o el no a una invitación."
        ),
    ),
    mails=MAILS,
    texts=TEXTS,
    page=_PAGE,
)
