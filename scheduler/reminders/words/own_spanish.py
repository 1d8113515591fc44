"""The words of the patient's own pages in Spanish."""

from __future__ import annotations

from scheduler.domain.treatment import StepKind
from scheduler.reminders.words.language import Note
from scheduler.reminders.words.own_pages import ChoiceWords, DoorWords, OwnWords, PlanWords

OWN_SPANISH = OwnWords(
    door=DoorWords(
        see_all="Ver todas sus citas",
        see_all_why="Antes le preguntamos su fecha de nacimiento.",
        title="Su fecha de nacimiento",
        why="Para que nadie más vea sus citas, díganos por favor su fecha de nacimiento.",
        day="Día",
        month="Mes",
        year="Año",
        choose="Elija el mes",
        open="Mostrar mis citas",
        incomplete="Escriba el día, el mes y el año, por ejemplo 17, mayo y 1950.",
        mismatch="La página no se abrió. Compruebe la fecha e inténtelo de nuevo, o llámenos.",
        locked="Se intentó demasiadas veces. Para protegerle, la página queda cerrada hasta: {time}. "
        "Puede llamarnos en cualquier momento.",
        urgent="Ayuda urgente:",
        ended=Note(
            "Esta página está cerrada",
            "Para protegerle, se cierra tras media hora sin uso. Para seguir, abra otra vez el enlace de nuestro mensaje.",
        ),
        closed=Note(
            "Esta página ya está cerrada",
            "Para ver sus citas otra vez, abra el enlace de nuestro mensaje.",
        ),
    ),
    plan=PlanWords(
        title="Sus citas",
        next="Su próxima cita",
        later="Después",
        past="Citas pasadas",
        nothing="Por el momento no tiene ninguna cita reservada. Si no lo sabía, {call}.",
        before="Antes y después de esta cita",
        more="Qué hacer, y su respuesta",
        no_solids="Después de este momento no coma nada y beba solo líquidos claros, como agua: {time}.",
        no_clear_liquids="No beba nada, ni siquiera agua, después de este momento: {time}.",
        ride="Necesita que una persona adulta venga para llevarle a casa. No puede irse a solas.",
        release="Calculamos que podrá irse hacia esta hora: {time}. Puede tardar más, nunca menos.",
        no_driving="No conduzca antes de: {time}. Si se va más tarde de lo previsto, este momento también se retrasa.",
        therapist="Con {name}",
        position="{number} de {total}",
        calls_you="Le llamamos nosotros; no hace falta que venga.",
        called_off="Cancelada",
        over="Terminada",
        kinds={
            StepKind.SCREENING: "Primera visita",
            StepKind.PREPARATION: "Sesión de preparación",
            StepKind.DOSING: "Sesión de tratamiento",
            StepKind.INTEGRATION: "Sesión de integración",
            StepKind.REVIEW: "Revisión",
            StepKind.CONTACT: "Llamada telefónica",
        },
        answer="Su respuesta",
        moves_nothing="Si pide otro horario o una llamada, eso solo no cambia nada: "
        "le llamaremos, y hasta entonces la cita sigue en pie.",
        to_calendar="Añadir al calendario",
        done="He terminado: cerrar esta página",
        closes_by_itself="Esta página se cierra sola tras media hora sin uso.",
        offered="Puede tener esta cita a otra hora. Elija una si le conviene más:",
        take_time="Elegir {time}",
        offered_until="Puede elegir hasta {time}. No le reservamos estas horas, así que alguna puede ocuparse antes. "
        "Si ninguna le conviene, no tiene que hacer nada: la cita queda como está.",
        offer_news={
            "moved": "Gracias. Su cita ya tiene la nueva hora.",
            "taken": "Lo sentimos: otra persona acaba de ocupar esa hora. Su cita queda como estaba. "
            "Le llamaremos, y las otras horas de abajo pueden seguir libres.",
            "over": "Estas horas ya no se ofrecen. Sus citas quedan como se ven aquí. Llámenos si necesita otra hora.",
        },
    ),
    choices=ChoiceWords(
        title="Cómo le escribimos",
        why="Elija qué podemos enviarle. Puede cambiarlo en cualquier momento.",
        by_mail="Por correo electrónico a {address}",
        by_text="Por mensaje de texto a {address}",
        no_mail="No tenemos su correo electrónico. Llámenos si quiere recibir correos.",
        no_text="No tenemos un móvil suyo que reciba mensajes de texto. Llámenos si quiere recibirlos.",
        appointments="Citas nuevas, cambiadas y canceladas",
        reminders="Recordatorios antes de las citas",
        first="Si ambos son posibles, escríbanme primero por",
        language="Idioma",
        names_of_ways={"email": "correo electrónico", "sms": "mensaje de texto"},
        save="Guardar mi elección",
        saved="Hemos guardado su elección.",
        opted_out="Nos pidió no recibir mensajes de texto en este número. Envíenos START para recibirlos de nuevo.",
        calendar="Su calendario",
        calendar_why="Su teléfono o computadora puede mostrar todas sus citas en su propio calendario y mantenerlas al día. "
        "Allí se llaman Appointment, con su hora y su lugar y nada más.",
        make_calendar="Crear la dirección de mi calendario",
        calendar_made="La dirección de su calendario",
        calendar_secret="Quien tenga esta dirección ve sus horarios. Se muestra solo ahora; no la comparta, por favor.",
        open_calendar="Abrirla en el calendario de este dispositivo",
        made_already="La dirección ya se creó y se muestra una sola vez. Si no la vio, cree otra.",
        too_many="Ya hay varias direcciones de calendario. Llámenos si necesita otra.",
        back="Volver a sus citas",
    ),
)
