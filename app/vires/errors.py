"""Every exception of Vires."""


class ViresError(Exception):
    """Root."""

    code = "error"
    status = 500
    exit_code = 2
