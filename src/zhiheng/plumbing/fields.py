"""A text column that is encrypted in the database and plain in Python."""

from typing import Any

from django.db import models

from zhiheng.plumbing.crypto import seal_text, unseal_text

PURPOSE = "column"


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # the stub is generic, the class is not
    """Sealed with AES-256-GCM; it cannot be searched: keep a keyed hash beside it.

    found_by: the column of that hash, hash_purpose: what the hash is derived for; a change of keys computes it anew.
    """

    def __init__(self, *args: Any, found_by: str = "", hash_purpose: str = "", **kwargs: Any) -> None:
        self.found_by = found_by  # neither concerns the table, so neither is kept in migrations
        self.hash_purpose = hash_purpose
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        return seal_text(value, purpose=PURPOSE)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return value
        return unseal_text(value, purpose=PURPOSE)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError("An encrypted column has no lookups; search its keyed hash.")
        return super().get_lookup(lookup_name)
