"""What the people of the demo say to one another. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread: who speaks, and what; `{name}` and the like are filled in."""

    who: Literal["contact", "agent", "note"]
    text: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation from its first line to its last."""

    labels: tuple[str, ...]
    lines: tuple[Line, ...]


def _thread(labels: str, *lines: str) -> Thread:
    who: dict[str, Literal["contact", "agent", "note"]] = {
        "c": "contact",
        "a": "agent",
        "n": "note",
    }
    return Thread(tuple(labels.split()), tuple(Line(who[line[0]], line[2:]) for line in lines))


FIRST_NAMES = (
    "Maria", "Jonas", "Aisha", "Tomás", "Yuki", "Priya", "Lukas", "Zeynep", "Olivia", "Mateo",
    "Fatima", "Noah", "Ingrid", "Kwame", "Léa", "Dmitri", "Hana", "Samuel", "Amara", "Felix",
)  # fmt: skip
LAST_NAMES = (
    "Santos", "Berg", "Haddad", "Nakamura", "Sharma", "Novak", "Kaya", "Brown", "García", "Mensah",
    "Dubois", "Ivanova", "Lindqvist", "Okoye", "Weiss", "Moreau", "Silva", "Novotná",
)  # fmt: skip
PRODUCTS = (
    "Sidama natural", "Huila washed", "house espresso", "Yirgacheffe filter", "decaf from Cauca",
    "hand grinder", "glass dripper",
)  # fmt: skip
COMPANIES = ("Studio Morgen", "Café Lindo", "Brightside Hotels", "Atelier Nord", "Kite & Co")
PAGES = (
    "https://fernweh.example/",
    "https://fernweh.example/roasts/sidama",
    "https://fernweh.example/cart",
    "https://fernweh.example/help/returns",
    "https://fernweh.example/orders",
)

THREADS = (
    _thread(
        "shipping",
        "c Hi! My order {order} was due on Tuesday and there is still no sign of it.",
        "a Hello {name}, I am sorry about the wait. Let me look at it right away.",
        "a The carrier scanned it this morning at the depot near you, so it should arrive tomorrow"
        " before noon.",
        "c Oh good. Will I need to sign for it?",
        "a No, it fits the letter box. I have turned on text updates for you as well.",
        "c Perfect, thank you so much!",
        "a You are welcome. Have a bright evening!",
    ),
    _thread(
        "returns",
        "c I ordered the {product} by mistake, I wanted another one. Can I send it back?",
        "a Of course. You have 30 days as long as it is unopened, and the return is free.",
        "c Great. Do I need the original box?",
        "a Any sturdy box will do. The label is on its way to your inbox.",
        "n Label sent by hand, the form rejected the address (missing house number).",
        "c Got it, dropping it off today.",
    ),
    _thread(
        "billing",
        "c I was charged twice for {order}.",
        "a Thank you for telling us. I can see one charge and one reservation; the reservation goes"
        " away by itself within three days.",
        "c And if it does not?",
        "a Then write to me here, and I refund it the same day.",
    ),
    _thread(
        "presale",
        "c Which grind should I take the {product} in for a moka pot?",
        "a Between espresso and filter. Choose Moka in the shop, we grind it the same morning.",
        "c And how fresh will it be?",
        "a Roasted on Tuesday or Friday, at your door two days later.",
        "c Sold. Ordering now :)",
    ),
    _thread(
        "warranty",
        "c The handle of my hand grinder got loose after two months.",
        "a That should not happen. Does it slip when you grind, or only when you fold it?",
        "c Only when I grind fine.",
        "a Then it is the hexagon in the handle. I am sending you a new one, no need to return the old.",
        "n Third handle of batch 2231 this week. Told purchasing.",
        "c It works, thanks for the quick help!",
        "a Lovely to hear. The warranty starts anew with the new part.",
    ),
    _thread(
        "wholesale",
        "c Hello, I buy for {company} and we drink about forty bags a month. Is there a trade"
        " price?",
        "a Hello {name}, yes: from twenty bags it is 12 % off, from fifty 18 %.",
        "c Could you hold the offer until the end of the month?",
        "a Done. I noted your name on it, just mention this chat when you order.",
    ),
    _thread(
        "account",
        "c I cannot sign in any more. The reset mail never arrives.",
        "a Let me check. Your address had a typing error in our system; I have corrected it.",
        "c It works now, thank you!",
    ),
    _thread(
        "presale",
        "c Hallo, liefern Sie auch nach Österreich?",
        "a Ja, gern. Nach Österreich dauert es drei bis vier Tage und ist ab 60 € frei.",
        "c Wunderbar, danke!",
    ),
    _thread(
        "shipping",
        "c Olá! Posso mudar o endereço de entrega do pedido {order}?",
        "a Olá {name}! Ainda dá tempo. Qual é o novo endereço?",
        "c Rua das Flores 18, Lisboa.",
        "a Alterado. Você recebe a confirmação por e-mail em um minuto.",
    ),
    _thread(
        "presale",
        "c مرحبا، هل لديكم قهوة منزوعة الكافيين؟",
        "a مرحبا {name}، نعم، لدينا قهوة كاوكا منزوعة الكافيين بالماء وهي متوفرة الآن.",
        "c شكرا جزيلا",
    ),
    _thread(
        "",
        "c Hey, is anyone there?",
        "a Hi {name}! Yes, we are. What can I do for you?",
        "c Just wanted to say the {product} made my week. The note on the bag too!",
        "a That made ours. Thank you, I will pass it on to the roastery.",
    ),
    _thread(
        "damaged",
        "c My glass dripper arrived broken :( I have photos.",
        "a Oh no, I am sorry. No photos needed, a new one leaves today.",
        "c Wow, that was easy. Should I send the broken one back?",
        "a Please recycle it, and mind your fingers.",
    ),
    _thread(
        "cancel",
        "c Please cancel {order}, I ordered beans instead of ground.",
        "a Cancelled, and the money is on its way back. Shall I set a ground bag aside for you?",
        "c Yes please, for a French press!",
        "a It is in your cart and reserved until Sunday.",
    ),
    _thread(
        "billing",
        "c We need an invoice with our VAT number for {company}.",
        "a Sure. What is the number?",
        "c DE 811 907 980",
        "a The new invoice is in your account, under Orders.",
        "c Found it. Thanks!",
    ),
)
