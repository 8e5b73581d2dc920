import asyncio
import os
import subprocess

import flask
import jinja2

_COLUMNS = "id, name"


def shell(name, command):
    # ruleid: python-injection-shell
    subprocess.run(f"ping {name}", shell=True)
    # ruleid: python-injection-shell
    os.system("ping " + name)
    # ruleid: python-injection-shell
    asyncio.create_subprocess_shell(command)
    # ok: python-injection-shell
    subprocess.run(["ping", name])
    # ok: python-injection-shell
    subprocess.run("date", shell=True)
    # ok: python-injection-shell
    os.system("date")


def program(text):
    # ruleid: python-injection-eval
    eval(text)
    # ruleid: python-injection-eval
    exec(text, {})
    # ok: python-injection-eval
    eval("1 + 1")


def query(cursor, name):
    # ruleid: python-injection-sql
    cursor.execute(f"SELECT * FROM players WHERE name = '{name}'")
    # ruleid: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = '%s'" % name)
    # ruleid: python-injection-sql
    cursor.fetchrow("SELECT * FROM players WHERE name = " + name)
    text = f"DELETE FROM players WHERE name = '{name}'"
    # ruleid: python-injection-sql
    cursor.execute(text)
    # ok: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = %s", (name,))
    # ok: python-injection-sql
    cursor.execute(f"SELECT {_COLUMNS} FROM players WHERE name = %s", (name,))
    # ruleid: python-injection-sql
    cursor.execute(f"SELECT {_COLUMNS} FROM players WHERE name = '{name}'")
    # ruleid: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = '{}'".format(name))
    # ok: python-injection-sql
    cursor.render(f"{name}")


def template(text):
    # ruleid: python-injection-template
    flask.render_template_string(text)
    # ruleid: python-injection-template
    jinja2.Template(text)
    # ok: python-injection-template
    jinja2.Template("Hello {{ name }}")
