"""The templates that the simulated WhatsApp approved, or did not, for every business; what customers see."""

from __future__ import annotations

from collections.abc import Mapping

from devstack.simulator.world import Button, Json

TEMPLATES: list[Json] = [
    {
        "name": "order_on_its_way",
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "id": "1000000000000001",
        "components": [
            {
                "type": "BODY",
                "text": "Hello {{1}}, your order {{2}} is on its way. It arrives on {{3}}.",
                "example": {"body_text": [["Ana", "FC-20417", "Friday"]]},
            },
            {"type": "FOOTER", "text": "Fernweh Coffee"},
        ],
    },
    {
        "name": "may_we_help",
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "id": "1000000000000002",
        "components": [
            {"type": "BODY", "text": "You wrote to us a while ago. May we still help?"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Yes, please"},
                    {"type": "QUICK_REPLY", "text": "No, all is well"},
                ],
            },
        ],
    },
    {
        "name": "spring_sale",
        "language": "en",
        "status": "REJECTED",
        "rejected_reason": "TAG_CONTENT_MISMATCH",
        "category": "UTILITY",
        "id": "1000000000000003",
        "components": [
            {"type": "BODY", "text": "Everything 20 % off until Sunday, only for you!"},
        ],
    },
    {
        "name": "new_arrivals",
        "language": "en",
        "status": "APPROVED",
        "category": "MARKETING",
        "id": "1000000000000004",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {
                "type": "BODY",
                "text": "Fresh from the roaster, {{first_name}}: {{coffee}}.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "first_name", "example": "Ana"},
                        {"param_name": "coffee", "example": "Yirgacheffe"},
                    ]
                },
            },
        ],
    },
]


def shown(template: Json, values: Mapping[str, Mapping[str, str]]) -> tuple[str, list[Button]]:
    """What the customer reads, from top to bottom, and what there is to tap."""
    texts, buttons = [], []
    for component in template["components"]:
        text = component.get("text", "")
        for name, value in values.get(component["type"].lower(), {}).items():
            text = text.replace(f"{{{{{name}}}}}", value)
        texts += [text] if text else []
        buttons += [Button(one["text"], one["text"]) for one in component.get("buttons", [])]
    return "\n\n".join(texts), buttons
