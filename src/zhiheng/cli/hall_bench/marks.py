"""Where in a request the generator writes: places kept free by bytes no request has."""

SEQ_DIGITS = 10
ITEM_DIGITS = 2
SEQ_MARK = b"\x01" * SEQ_DIGITS
ITEM_MARK = b"\x02" * ITEM_DIGITS
VALUE_MARK = b"\x03"
