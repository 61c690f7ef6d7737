#!/usr/bin/env python
"""Django's command line. Commands that change the schema connect as the owner's role."""

import os
import sys

OWNER_COMMANDS = {"migrate", "makemigrations", "showmigrations", "dbshell", "pgtrigger", "ledger_key"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("QINQING_DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
