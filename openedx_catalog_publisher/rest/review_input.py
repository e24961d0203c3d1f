"""What requests about reviews say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, TypedDict

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from openedx_catalog_publisher.api import Ofac, Target
from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.models import ReviewStep
from openedx_catalog_publisher.rest.filters import MOST_NAMES
from openedx_catalog_publisher.rest.named import uuid_or_none
from openedx_catalog_publisher.rest.units import body_of, check_names, text_of

APPROVE, REQUEST_CHANGES = "approve", "request_changes"
BULK_ACTIONS = ((APPROVE, "approve"), (REQUEST_CHANGES, "request changes"))

DIGEST = "9b1f2c63a7d04e5f8a9b0c1d2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f7"
REVIEW = "3f0d5c0e-9d57-4c40-8a55-5a3b1f6f1d11"
DIGESTS = {"run_digest": DIGEST, "course_digest": DIGEST, "step": "legal"}

SUBMIT = OpenApiExample("With a word to the reviewers", request_only=True, value={"comment": "Ready for autumn."})
DECIDE = OpenApiExample(
    "A run and its course, in the legal review",
    request_only=True,
    value={**DIGESTS, "comment": "No objections.", "has_ofac_restrictions": False},
)
REQUEST = OpenApiExample(
    "What is to be changed", request_only=True, value={**DIGESTS, "comment": "Name the teachers of this run."}
)
SKIP = OpenApiExample(
    "With the reason", request_only=True, value={**DIGESTS, "reason": "Legal staff are away, and it is urgent."}
)
WITHDRAW = OpenApiExample("With the reason", request_only=True, value={"comment": "A teacher is ill."})
BULK = OpenApiExample(
    "What approving would do",
    request_only=True,
    value={"action": APPROVE, "reviews": [{"id": REVIEW, **DIGESTS}], "comment": "All read.", "dry_run": True},
)


class SubmitInput(serializers.Serializer[Any]):
    """A submission."""

    comment = serializers.CharField(required=False, allow_blank=True, help_text="What is said to the reviewers.")


class WithdrawInput(serializers.Serializer[Any]):
    """A withdrawal."""

    comment = serializers.CharField(required=False, allow_blank=True, help_text="Why.")


class DigestsInput(serializers.Serializer[Any]):
    """What was read: the content, and the step."""

    run_digest = serializers.CharField(
        required=False, allow_blank=True, help_text="run_digest of the review. Required for the review of a run."
    )
    course_digest = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="course_digest of the review: with it the course is decided, too, where it waits for the same step. "
        "Required for the review of a course.",
    )
    step = serializers.ChoiceField(
        required=False,
        choices=ReviewStep.choices,
        help_text="step of the review: 409 where somebody decided it meanwhile. Without it, whichever it waits for.",
    )


class DecideInput(DigestsInput):
    """An approval."""

    comment = serializers.CharField(required=False, allow_blank=True, help_text="What the reviewer says.")
    has_ofac_restrictions = serializers.BooleanField(
        required=False, allow_null=True, help_text="Required in the legal review of a run where it was not decided yet."
    )
    ofac_comment = serializers.CharField(required=False, allow_null=True, allow_blank=True)


class RequestChangesInput(DigestsInput):
    """What is to be changed."""

    comment = serializers.CharField(help_text="What is to be changed; the team gets it.")


class SkipInput(DigestsInput):
    """Why a step is skipped."""

    reason = serializers.CharField(help_text="Why; stands in the report of skipped reviews.")


class BulkTargetInput(DigestsInput):
    """One of many reviews."""

    id = serializers.UUIDField()


class BulkInput(serializers.Serializer[Any]):
    """One decision on many reviews."""

    action = serializers.ChoiceField(choices=BULK_ACTIONS)
    reviews = BulkTargetInput(many=True, help_text=f"Each once; at most {MOST_NAMES}.")
    comment = serializers.CharField(required=False, allow_blank=True, help_text="Required to request changes.")
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="true shows what would happen, and writes nothing."
    )


class Digests(TypedDict):
    """What a request names of what was seen, as commands take it."""

    run_digest: str
    course_digest: str
    step: str


def digests_of(data: Any) -> Digests:
    """
    Return the digests and the step that a request names.

    Raises:
        InvalidInput: naming the field.
    """
    step = text_of(data, "step")
    if step and step not in ReviewStep.values:
        raise InvalidInput({"step": [f"Give {' or '.join(ReviewStep.values)}."]})
    return {"run_digest": text_of(data, "run_digest"), "course_digest": text_of(data, "course_digest"), "step": step}


def ofac_of(data: Any) -> Ofac | None:
    """
    Return the OFAC decision that a request makes; None for none.

    Raises:
        InvalidInput: naming the field.
    """
    body = body_of(data)
    restricted, comment = body.get("has_ofac_restrictions"), body.get("ofac_comment")
    if restricted is not None and not isinstance(restricted, bool):
        raise InvalidInput({"has_ofac_restrictions": ["Give true or false."]})
    if comment is not None and not isinstance(comment, str):
        raise InvalidInput({"ofac_comment": ["Give text."]})
    return None if restricted is None and comment is None else Ofac(has_restrictions=restricted, comment=comment)


def bulk_of(data: Any) -> tuple[str, list[Target], str, bool]:
    """
    Return action, targets and comment of a decision on many reviews, and whether it is only to be shown.

    Raises:
        InvalidInput: naming every faulty field.
    """
    check_names(data, BulkInput)
    body = body_of(data)
    errors: dict[str, list[str]] = {}
    action = body.get("action")
    if action not in (APPROVE, REQUEST_CHANGES):
        errors["action"] = [f"Give {APPROVE} or {REQUEST_CHANGES}."]
    dry_run = body.get("dry_run", False)
    if not isinstance(dry_run, bool):
        errors["dry_run"] = ["Give true or false."]
    comment = body.get("comment") or ""
    if not isinstance(comment, str):
        errors["comment"] = ["Give text."]
    elif action == REQUEST_CHANGES and not comment.strip():
        errors["comment"] = ["Say what is to be changed."]
    targets = _targets(body.get("reviews"), errors)
    if errors:
        raise InvalidInput(errors)
    return str(action), targets, str(comment), bool(dry_run)


def _targets(value: Any, errors: dict[str, list[str]]) -> list[Target]:
    if not isinstance(value, list) or not value or len(value) > MOST_NAMES:
        errors["reviews"] = [f"Give a list of 1 to {MOST_NAMES} reviews, each with id and digests."]
        return []
    found = []
    for place, entry in enumerate(value):
        target = _target(entry)
        if target is None:
            errors[f"reviews[{place}]"] = [
                "Give an object with id (a UUID), run_digest and course_digest, perhaps step."
            ]
        else:
            found.append(target)
    if len({target.review for target in found}) < len(found):
        errors["reviews"] = ["Name each review once."]
    return found


def _target(entry: Any) -> Target | None:
    if not isinstance(entry, Mapping) or entry.keys() - BulkTargetInput._declared_fields.keys():
        return None
    texts = {name: entry.get(name) or "" for name in BulkTargetInput._declared_fields}
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    review: uuid.UUID | None = uuid_or_none(texts["id"])
    if review is None or texts["step"] not in ("", *ReviewStep.values):
        return None
    return Target(review, texts["run_digest"], texts["course_digest"], texts["step"])
