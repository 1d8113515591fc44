"""The words of the patient's own pages in English."""

from __future__ import annotations

from scheduler.domain.treatment import StepKind
from scheduler.reminders.words.language import Note
from scheduler.reminders.words.own_pages import ChoiceWords, DoorWords, OwnWords, PlanWords

OWN_ENGLISH = OwnWords(
    door=DoorWords(
        see_all="See all your appointments",
        see_all_why="We ask for your date of birth first.",
        title="Your date of birth",
        why="So that nobody else sees your appointments, please tell us your date of birth.",
        day="Day",
        month="Month",
        year="Year",
        choose="Choose the month",
        open="Show my appointments",
        incomplete="Please give the day, the month and the year, such as 17, May and 1950.",
        mismatch="This did not open the page. Please check the date and try again, or call us.",
        locked="This was tried too often. To protect you, the page stays closed until {time}. You can call us at any time.",
        urgent="Urgent help:",
        ended=Note(
            "This page is closed",
            "To protect you it closes after half an hour without use. To go on, please open the link in our message again.",
        ),
        closed=Note(
            "This page is closed now",
            "To see your appointments again, please open the link in our message.",
        ),
    ),
    plan=PlanWords(
        title="Your appointments",
        next="Your next appointment",
        later="After that",
        past="Past appointments",
        nothing="No appointment is booked for you at the moment. If that is news to you, please {call}.",
        before="Before and after this appointment",
        more="What to do, and your answer",
        no_solids="After {time} eat nothing, and drink only clear drinks such as water.",
        no_clear_liquids="Drink nothing, not even water, after {time}.",
        ride="You need an adult who comes to take you home. You cannot leave alone.",
        release="We expect that you can leave at about {time}. It may take longer, never less.",
        no_driving="Do not drive before {time}. If you leave later than expected, this becomes later too.",
        therapist="With {name}",
        position="{number} of {total}",
        calls_you="We call you; you need not come.",
        called_off="Cancelled",
        over="Over",
        kinds={
            StepKind.SCREENING: "First visit",
            StepKind.PREPARATION: "Preparation session",
            StepKind.DOSING: "Treatment session",
            StepKind.INTEGRATION: "Integration session",
            StepKind.REVIEW: "Review",
            StepKind.CONTACT: "Phone call",
        },
        answer="Your answer",
        moves_nothing="If you ask for another time or for a call, nothing changes by that alone: "
        "we will call you, and until then the appointment stands.",
        to_calendar="Add to calendar",
        done="I am done: close this page",
        closes_by_itself="This page closes by itself after half an hour without use.",
        offered="You can have this appointment at another time. Choose one if it suits you better:",
        take_time="Take {time}",
        offered_until="You can choose until {time}. We do not hold these times for you, so one may be gone by then. "
        "If none suits you, you need do nothing: the appointment stays as it is.",
        offer_news={
            "moved": "Thank you. Your appointment has its new time now.",
            "taken": "We are sorry: this time has just been taken by somebody else. Your appointment stands as it was. "
            "We will call you, and the other times below may still be free.",
            "over": "These times are not offered any more. Your appointments stand as shown here. "
            "Please call us if you need another time.",
        },
    ),
    choices=ChoiceWords(
        title="How we write to you",
        why="Choose what we may send you. You can change this at any time.",
        by_mail="By e-mail to {address}",
        by_text="By text message to {address}",
        no_mail="We have no e-mail address of yours. Please call us if you want e-mail.",
        no_text="We have no mobile number of yours that takes texts. Please call us if you want texts.",
        appointments="New, changed and cancelled appointments",
        reminders="Reminders before appointments",
        first="If both are possible, write to me first by",
        language="Language",
        names_of_ways={"email": "e-mail", "sms": "text message"},
        save="Save my choice",
        saved="We have saved your choice.",
        opted_out="You have told us to stop texts to this number. Text START to us to receive them again.",
        calendar="Your calendar",
        calendar_why="Your phone or computer can show all your appointments in its own calendar and keep them up to date. "
        "They are called Appointment there, with their time and place and nothing else.",
        make_calendar="Make my calendar address",
        calendar_made="Your calendar address",
        calendar_secret="Whoever has this address sees your times. It is shown only now; please keep it to yourself.",
        open_calendar="Open it in the calendar on this device",
        made_already="The address was made already and is shown only once. If you missed it, please make another.",
        too_many="There are several calendar addresses already. Please call us if you need another.",
        back="Back to your appointments",
    ),
)
