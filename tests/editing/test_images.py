"""Images: checked and named by their content, stored once with the sizes that clients expect, and never changed."""

from __future__ import annotations

import hashlib
import io
import zlib
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from openedx_catalog_publisher.api import InvalidInput, create_reference, update_course, update_reference
from openedx_catalog_publisher.editing import images
from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES, stored_name, variant_name, variant_url
from openedx_catalog_publisher.editing.images import MAX_BYTES, NOT_AN_IMAGE, stored_image
from openedx_catalog_publisher.models import (
    Collaborator,
    Course,
    EditRecord,
    OrganizationProfile,
    Person,
    ProgramType,
)
from openedx_catalog_publisher.models.content_fields import PictureField
from tests.editing.pictures import data_uri, moving, picture
from tests.factories import SYSTEM, make_course

IMAGE: Any = Course._meta.get_field("image")
LOGO: Any = Course._meta.get_field("organization_logo_override")
FACE: Any = Person._meta.get_field("profile_image")


class CountingStorage(InMemoryStorage):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def exists(self, name: str) -> bool:
        self.asked.append(f"exists {name}")
        return super().exists(name)

    def _save(self, name: str, content: Any) -> str:
        self.asked.append(f"save {name}")
        return str(super()._save(name, content))

    def files(self) -> list[str]:
        """Return the names of all files."""
        found, folders = [], [""]
        while folders:
            folder = folders.pop()
            below, names = self.listdir(folder)
            folders += [f"{folder}{name}/" for name in below]
            found += [f"{folder}{name}" for name in names]
        return sorted(found)


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> CountingStorage:
    """One storage in memory for all pictures of this test."""
    found = CountingStorage()
    for field in (IMAGE, LOGO, FACE):
        monkeypatch.setattr(field, "storage", found)
    return found


def _name(data: bytes, suffix: str = "png", folder: str = "catalog_publisher/courses") -> str:
    return f"{folder}/{hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()}.{suffix}"


def _opened(storage: InMemoryStorage, name: str) -> Image.Image:
    with storage.open(name) as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
        return image


def _refusal(field: PictureField, value: Any) -> str:
    with pytest.raises(FieldError) as caught:
        stored_image(field, value)
    return str(caught.value)


# What is stored -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp"), ("MPO", "jpg")]
)
def test_an_image_is_stored_as_it_is_under_a_name_made_of_its_content(
    form: str, suffix: str, storage: CountingStorage
) -> None:
    data = picture(form=form)
    name = _name(data, suffix)
    assert stored_image(IMAGE, data) == name
    assert storage.open(name).read() == data
    assert storage.files() == sorted([name, variant_name(name, "original"), variant_name(name, "small")])


def test_data_uris_files_and_bytes_of_one_content_are_one_image(storage: CountingStorage) -> None:
    data = picture()
    upload = SimpleUploadedFile("../../Mein Bild.JPEG", data, content_type="image/jpeg")
    given = [
        data,
        upload,
        ContentFile(data),
        data_uri(data),
        f" {data_uri(data, 'image/jpeg')}\n",
        data_uri(data, "image/png;charset=utf-8"),
        data_uri(data).replace("base64,", "base64,\r\n "),
        f"{data_uri(data)[:60]}\n{data_uri(data)[60:]}",
    ]
    assert {stored_image(IMAGE, value) for value in given} == {_name(data)}
    assert upload.read() == data, "a form that is shown again reads it again"
    assert sum(entry.startswith("save") for entry in storage.asked) == 3


def test_no_image_is_none() -> None:
    assert [stored_image(IMAGE, value) for value in (None, "", False)] == [None, None, None]


def test_only_columns_of_pictures_store_pictures() -> None:
    with pytest.raises(TypeError, match="holds no picture"):
        stored_image(Course._meta.get_field("title"), picture())


def test_what_a_crash_left_behind_is_stored_again(storage: CountingStorage) -> None:
    data = picture()
    name = _name(data)
    for broken in (name, variant_name(name, "small")):
        storage.save(broken, ContentFile(data[:20]))
    assert stored_image(IMAGE, data) == name
    assert storage.open(name).read() == data
    assert _opened(storage, variant_name(name, "small")).size == (40, 30)


def test_two_who_store_the_same_at_once_store_one_image(
    storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture()
    save = storage.save

    def save_second(name: str, content: Any) -> str:
        save(name, ContentFile(content.read()))
        content.seek(0)
        return save(name, content)

    monkeypatch.setattr(storage, "save", save_second)
    assert stored_image(LOGO, data) == _name(data)
    assert storage.files() == [_name(data)]


def test_a_storage_with_names_of_its_own_is_refused(storage: CountingStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    save = storage.save
    monkeypatch.setattr(storage, "save", lambda name, content: save(f"elsewhere/{name}", content))
    with pytest.raises(ImproperlyConfigured, match="CountingStorage stores files under names of its own: elsewhere/"):
        stored_image(LOGO, picture())


# Sizes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "column", "variants"),
    [
        (Course, "image", {"original": (1134, 675), "small": (378, 225)}),
        (Course, "organization_logo_override", {}),
        (Person, "profile_image", {"medium": (110, 110)}),
        (Collaborator, "image", {"original": (200, 100)}),
        (OrganizationProfile, "logo_image", {}),
        (
            ProgramType,
            "logo_image",
            {"large": (256, 256), "medium": (128, 128), "small": (64, 64), "x-small": (32, 32)},
        ),
    ],
)
def test_the_sizes_are_those_that_clients_of_discovery_expect(
    model: Any, column: str, variants: dict[str, Any]
) -> None:
    assert model._meta.get_field(column).variants == variants


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_each_size_fits_into_its_box_and_keeps_proportion_and_format(form: str, storage: CountingStorage) -> None:
    name = stored_image(IMAGE, picture((2000, 1000), form))
    assert name is not None
    sizes = {variant: _opened(storage, variant_name(name, variant)) for variant in ("original", "small")}
    assert {variant: image.size for variant, image in sizes.items()} == {"original": (1134, 567), "small": (378, 189)}
    assert {image.format for image in sizes.values()} == {form}


def test_a_small_image_is_not_enlarged(storage: CountingStorage) -> None:
    name = stored_image(IMAGE, picture((20, 10)))
    assert _opened(storage, variant_name(str(name), "small")).size == (20, 10)


@pytest.mark.parametrize(
    ("form", "mode", "expected"),
    [
        ("PNG", "1", "L"),
        ("PNG", "L", "L"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "I;16", "L"),
        ("JPEG", "L", "L"),
        ("JPEG", "CMYK", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_images_of_every_mode_have_sizes(form: str, mode: str, expected: str, storage: CountingStorage) -> None:
    name = stored_image(FACE, picture((300, 300), form, mode))
    small = _opened(storage, variant_name(str(name), "medium"))
    assert (small.size, small.mode) == ((110, 110), expected)
    extremes: Any = small.convert("L").getextrema()
    darkest, brightest = extremes
    assert darkest < 40
    assert brightest > 215


def test_transparency_and_colour_profiles_are_kept_and_places_are_not(storage: CountingStorage) -> None:
    transparent = Image.new("P", (300, 300))
    transparent.putpalette([255, 0, 0] * 256)
    out = io.BytesIO()
    transparent.save(out, "GIF", transparency=0)
    name = stored_image(FACE, out.getvalue())
    pixel: Any = _opened(storage, variant_name(str(name), "medium")).convert("RGBA").getpixel((5, 5))
    assert pixel[3] == 0

    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A camera"
    profile = b"a profile of colours"
    name = stored_image(FACE, picture((300, 150), "JPEG", exif=exif, icc_profile=profile, comment=b"At home"))
    small = _opened(storage, variant_name(str(name), "medium"))
    assert small.size == (55, 110)
    assert dict(small.getexif()) == {}
    assert "comment" not in small.info
    assert small.info["icc_profile"] == profile


def test_an_image_that_moves_has_still_sizes(storage: CountingStorage) -> None:
    for form in ("GIF", "PNG", "WEBP"):
        name = stored_image(FACE, moving(3, form=form))
        with storage.open(variant_name(str(name), "medium")) as file:
            assert getattr(Image.open(file), "n_frames", 1) == 1


# What is refused ------------------------------------------------------------------------------------------------------


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"", NOT_AN_IMAGE),
        (b"no image", NOT_AN_IMAGE),
        (picture()[:-60], NOT_AN_IMAGE),
        (picture(form="JPEG")[:-200], NOT_AN_IMAGE),
        (picture(form="BMP"), NOT_AN_IMAGE),
        (picture(form="TIFF"), NOT_AN_IMAGE),
        (picture(form="PDF"), NOT_AN_IMAGE),
        (SVG, "SVG and other images that are texts are not taken: they can hold scripts. Give PNG or JPEG."),
        (b" \n" + SVG, "SVG and other images that are texts are not taken: they can hold scripts. Give PNG or JPEG."),
        (data_uri(SVG, "image/svg+xml"), "SVG and other images that are texts are not taken"),
        (data_uri(b""), NOT_AN_IMAGE),
        ("data:image/png;base64,a", "What stands behind the comma of this data URI is no base64."),
        ("data:image/png;base64,%%%%", "What stands behind the comma of this data URI is no base64."),
        ("data:image/png;base64,ää==", "What stands behind the comma of this data URI is no base64."),
        ("data:image/png,abc", 'Give a data URI in base64, for example "data:image/png;base64,iVBORw0K...".'),
        ("data:image/png;base64", 'Give a data URI in base64, for example "data:image/png;base64,iVBORw0K...".'),
        (b"\0" * (MAX_BYTES + 1), "At most 5 MiB; this image has 5.0. Give a smaller one."),
        (ContentFile(b"\0" * 2 * MAX_BYTES), "At most 5 MiB; this image has 10.0. Give a smaller one."),
        ("data:image/png;base64," + "A" * 8 * 1024**2, "At most 5 MiB; this image has 6.0. Give a smaller one."),
        (5, "Give an image as a data URI or as a file."),
        (["x"], "Give an image as a data URI or as a file."),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_image_is_refused_with_a_sentence(value: Any, message: str, storage: CountingStorage) -> None:
    assert _refusal(IMAGE, value).startswith(message)
    assert storage.files() == []


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(
    storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: pytest.fail("decoded"))
    pixels = "At most 25,000,000 pixels"
    for size in ((5001, 5000), (10_000, 10_000), (30_000, 30_000)):
        assert _refusal(IMAGE, picture_of_header(*size)).startswith(pixels)
    assert storage.files() == []


def picture_of_header(width: int, height: int) -> bytes:
    """Return a small file that says it is a large picture."""
    small = picture((16, 16))
    header = small[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
    return header + zlib.crc32(header[12:29]).to_bytes(4, "big") + small[33:]


def test_images_that_move_are_bounded_by_all_their_frames(
    storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_FRAMES", 4)
    monkeypatch.setattr(images, "MAX_PIXELS", 64 * 4)
    for form in ("GIF", "PNG", "WEBP"):
        assert stored_image(IMAGE, moving(4, form=form))
        assert _refusal(IMAGE, moving(5, form=form)).startswith("At most 256 pixels, all frames together.")
        assert _refusal(IMAGE, moving(5, (2, 2), form)) == "At most 4 frames. Give an image that moves less."


@given(data=st.data())
def test_damaged_images_are_stored_or_refused_and_never_an_error(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]))
    damaged = bytearray(moving(2, form=form) if data.draw(st.booleans()) and form != "JPEG" else picture(form=form))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    field: Any = PictureField(upload_to="x", storage=InMemoryStorage(), variants={"small": (10, 10)})
    try:
        name = stored_image(field, bytes(damaged))
    except FieldError:
        return
    assert field.storage.exists(name)
    assert field.storage.exists(variant_name(str(name), "small"))


# Names and addresses --------------------------------------------------------------------------------------------------


DIGEST = "0123456789abcdef" * 3
KNOWN = f"catalog_publisher/courses/{DIGEST}.png"


@pytest.mark.parametrize(
    "given_name",
    [
        KNOWN,
        f"/media/{KNOWN}",
        f"/{KNOWN}",
        f"https://lms.example/media/{KNOWN}",
        f"http://cdn.example:8080/a/b/{KNOWN}?X-Signature=abc&x=%2F#top",
        f"https://lms.example/media/{variant_name(KNOWN, 'small')}",
        f"/media/{variant_name(KNOWN, 'original')}",
        f" {KNOWN} ",
    ],
)
def test_a_stored_image_is_named_by_its_name_or_by_where_it_is_served(given_name: str) -> None:
    assert stored_name(IMAGE, given_name) == KNOWN


@pytest.mark.parametrize(
    "given_name",
    [
        "x.png",
        "../../etc/passwd",
        "/etc/passwd",
        f"{DIGEST}.png",
        f"catalog_publisher/people/{DIGEST}.png",
        f"catalog_publisher/courses/../people/{DIGEST}.png",
        f"other/{KNOWN}",
        f"catalog_publisher/courses/x/{DIGEST}.png",
        f"catalog_publisher/courses/{DIGEST}.svg",
        f"catalog_publisher/courses/{DIGEST.upper()}.png",
        f"catalog_publisher/courses/{DIGEST[:-1]}.png",
        f"catalog_publisher/courses/{DIGEST}",
        variant_name(KNOWN, "small"),
        f"/media/{variant_name(KNOWN, 'medium')}",
        f"https://evil.example/notcatalog_publisher/courses/{DIGEST}.png",
        f"https://evil.example/x.png?{KNOWN}",
        "https://[evil/x.png",
        "data:image/png;base64,AAAA",
        b"x",
        5,
        SimpleUploadedFile("x.png", b"x"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_no_other_name_is_taken(given_name: Any) -> None:
    with pytest.raises(FieldError) as caught:
        stored_name(IMAGE, given_name)
    assert str(caught.value).endswith((".", "it.", "field."))


def test_addresses_of_sizes_are_derived_and_ask_no_storage(storage: CountingStorage) -> None:
    assert variant_name(KNOWN, "small") == f"catalog_publisher/courses/{DIGEST}.small.png"
    assert variant_url(IMAGE, KNOWN, "small") == f"/media/catalog_publisher/courses/{DIGEST}.small.png"
    assert variant_url(IMAGE, "", "small") is None
    assert variant_url(IMAGE, None, "small") is None
    with pytest.raises(ValueError, match=r"image has no size medium; it has original, small\."):
        variant_url(IMAGE, KNOWN, "medium")
    assert storage.asked == []


def test_naming_an_image_that_is_not_stored_is_refused(storage: CountingStorage) -> None:
    assert _refusal(IMAGE, KNOWN) == "No image of this name is stored. Upload it."
    assert _refusal(IMAGE, f"https://lms.example/media/{KNOWN}") == "No image of this name is stored. Upload it."


def test_naming_what_stands_there_already_asks_the_storage_nothing(storage: CountingStorage) -> None:
    name = stored_image(IMAGE, picture())
    storage.asked.clear()
    assert stored_image(IMAGE, f"https://lms.example/media/{variant_name(str(name), 'small')}", present=name) == name
    assert storage.asked == []


def test_an_image_that_was_uploaded_for_another_field_gets_the_sizes_of_this_one(storage: CountingStorage) -> None:
    name = stored_image(LOGO, picture((800, 450)))
    assert storage.files() == [name]
    assert stored_image(IMAGE, name) == name
    assert _opened(storage, variant_name(str(name), "small")).size == (378, 213)
    storage.asked.clear()
    assert stored_image(IMAGE, name) == name
    assert not any(entry.startswith("save") for entry in storage.asked)


# Commands -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_image_is_content_of_a_course_and_equal_input_is_no_change(storage: CountingStorage) -> None:
    course = make_course(runs=0).course.uuid
    data = picture()
    name = stored_image(IMAGE, data)
    assert update_course(SYSTEM, course, {"image": name}).changed == ("image",)
    edits = EditRecord.objects.count()
    storage.asked.clear()
    for same in (name, f"https://lms.example/media/{name}", f"/media/{variant_name(str(name), 'small')}"):
        assert update_course(SYSTEM, course, {"image": same}).changed == ()
    draft = Course.drafts.get(uuid=course)
    assert update_course(SYSTEM, course, {"image": draft.image}).changed == ()
    assert storage.asked == [], "nothing outside the database is called inside a command"
    assert EditRecord.objects.count() == edits
    assert update_course(SYSTEM, course, {"image": None}).changed == ("image",)
    assert not Course.drafts.get(uuid=course).image
    assert storage.exists(str(name)), "snapshots name it"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["x.png", "../x.png", data_uri(picture()), picture(), 5, "https://e.example/x.png"])
def test_commands_take_no_other_image(value: Any) -> None:
    course = make_course(runs=0).course.uuid
    with pytest.raises(InvalidInput) as caught:
        update_course(SYSTEM, course, {"image": value, "organization_logo_override": value})
    assert set(caught.value.fields) == {"image", "organization_logo_override"}
    with pytest.raises(InvalidInput) as caught:
        create_reference(SYSTEM, Person, {"given_name": "Ada", "profile_image": value})
    assert set(caught.value.fields) == {"profile_image"}


@pytest.mark.django_db
def test_an_image_of_a_person_is_live_at_once_and_equal_input_is_no_change(storage: CountingStorage) -> None:
    name = stored_image(FACE, picture())
    person = create_reference(SYSTEM, Person, {"given_name": "Ada", "profile_image": name})
    for same in (name, person.profile_image, f"https://e.example/media/{name}"):
        assert update_reference(SYSTEM, Person, person.pk, {"profile_image": same}).revision == 1
    cleared = update_reference(SYSTEM, Person, person.pk, {"profile_image": None})
    assert (cleared.revision, bool(cleared.profile_image)) == (2, False)
    for none in (None, "", cleared.profile_image):
        assert update_reference(SYSTEM, Person, person.pk, {"profile_image": none}).revision == 2
