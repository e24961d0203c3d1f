"""Pictures and HTML of reference data in the admin: what is stored is what the API would store."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES
from openedx_catalog_publisher.models import Person
from tests.admin.pages import address, assert_saved, send_form
from tests.editing.pictures import picture
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_a_picture_of_a_person_is_stored_once_with_its_size(staff: Client) -> None:
    person = make_person()
    url = address("person", "change", person.pk)
    data = picture((300, 300), "JPEG")
    digest = hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
    for _ in range(2):
        assert_saved(send_form(staff, url, {"profile_image": SimpleUploadedFile("Ada.png", data)}))
    person.refresh_from_db()
    assert person.profile_image.name == f"catalog_publisher/people/{digest}.jpg"
    assert person.profile_image.storage.exists(f"catalog_publisher/people/{digest}.medium.jpg")
    assert_saved(send_form(staff, url, {}))
    assert Person.objects.get(pk=person.pk).revision == 1
    assert_saved(send_form(staff, url, {"profile_image-clear": "on"}))
    person.refresh_from_db()
    assert (person.revision, bool(person.profile_image)) == (2, False)


def test_a_picture_that_is_refused_is_named(staff: Client) -> None:
    person = make_person()
    upload = SimpleUploadedFile("Ada.png", picture(form="BMP"))
    response = send_form(staff, address("person", "change", person.pk), {"profile_image": upload})
    assert response.context["adminform"].form.errors == {
        "profile_image": ["This is no image in PNG, JPEG, GIF or WebP, or it is damaged."]
    }


def test_html_of_a_person_is_cleaned_and_a_form_sent_again_writes_nothing(staff: Client) -> None:
    person = make_person()
    url = address("person", "change", person.pk)
    assert_saved(send_form(staff, url, {"bio": "<h2>Ada</h2>\r\n<script>x</script>a & b"}))
    person.refresh_from_db()
    assert (person.bio, person.revision) == ("<p><strong>Ada</strong></p>\na &amp; b", 1)
    assert_saved(send_form(staff, url, {}))
    assert Person.objects.get(pk=person.pk).revision == 1
