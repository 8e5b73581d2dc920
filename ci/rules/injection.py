import asyncio
import os
import subprocess

import asyncpg
import flask
import jinja2
import pandas
from sqlalchemy import text as sql_text

_COLUMNS = "id, name"


class Colour:
    @staticmethod
    def from_string(name):
        return name


def shell(name, command, loop, ssh):
    # ruleid: python-injection-shell
    subprocess.run(f"ping {name}", shell=True)
    # ruleid: python-injection-shell
    subprocess.check_output(args=command, shell=True)
    # ruleid: python-injection-shell
    subprocess.Popen(["bash", "-c", command])
    # ruleid: python-injection-shell
    subprocess.getoutput("ping " + name)
    # ruleid: python-injection-shell
    os.system("ping " + name)
    # ruleid: python-injection-shell
    os.popen("ping %s" % name)
    # ruleid: python-injection-shell
    asyncio.create_subprocess_shell(command)
    # ruleid: python-injection-shell
    loop.subprocess_shell(asyncio.SubprocessProtocol, command)
    # ruleid: python-injection-shell
    ssh.exec_command(f"rm -r /srv/{name}")
    # ok: python-injection-shell
    subprocess.run(["ping", name])
    # ok: python-injection-shell
    subprocess.run(["sh", "-c", "date"])
    # ok: python-injection-shell
    subprocess.run("date", shell=True)
    # ok: python-injection-shell
    subprocess.getoutput("date")
    # ok: python-injection-shell
    os.system("date")
    date = "date"
    # ok: python-injection-shell
    os.system(date)
    # ok: python-injection-shell
    asyncio.create_subprocess_exec("ping", name)


def program(text, model, pattern):
    # ruleid: python-injection-eval
    eval(text)
    # ruleid: python-injection-eval
    exec(text, {})
    # ok: python-injection-eval
    eval("1 + 1")
    # ok: python-injection-eval
    model.eval()
    # ok: python-injection-eval
    pattern.exec(text)


def query(cursor, name, session, ids):
    # ruleid: python-injection-sql
    cursor.execute(f"SELECT * FROM players WHERE name = '{name}'")
    # ruleid: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = '%s'" % name)
    # ruleid: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = '" + name + "'")
    # ruleid: python-injection-sql
    cursor.execute("SELECT * FROM players" " WHERE name = '{}'".format(name))
    # ruleid: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = '{name}'".format(name=name))
    text = f"DELETE FROM players WHERE name = '{name}'"
    # ruleid: python-injection-sql
    cursor.execute(text)
    joined = "SELECT * FROM players"
    joined += f" WHERE name = '{name}'"
    # ruleid: python-injection-sql
    cursor.execute(joined)
    # ruleid: python-injection-sql
    session.execute(sql_text(f"SELECT * FROM players WHERE name = '{name}'"))
    # ruleid: python-injection-sql
    pandas.read_sql("SELECT * FROM players WHERE name = " + name, session)
    # ruleid: python-injection-sql
    cursor.execute(f"SELECT {_COLUMNS} FROM players WHERE name = '{name}'")
    # ok: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = %s", (name,))
    # ok: python-injection-sql
    cursor.execute(f"SELECT {_COLUMNS} FROM players WHERE name = %s", (name,))
    # ok: python-injection-sql
    cursor.execute("SELECT * FROM players WHERE name = %s", (f"{name}!",))
    # ok: python-injection-sql
    cursor.execute("SELECT * FROM players " + "LIMIT 1")
    placeholders = ", ".join("?" * len(ids))
    # ok: python-injection-sql
    cursor.execute(f"SELECT * FROM players WHERE id IN ({placeholders})", ids)
    # ok: python-injection-sql
    cursor.execute(f"SELECT * FROM players LIMIT {int(name)}")
    # ok: python-injection-sql
    session.execute(sql_text("SELECT * FROM players WHERE name = :name"), {"name": name})
    # ok: python-injection-sql
    cursor.render(f"{name}")


async def query_asyncpg(pool: asyncpg.Pool, api, name, values):
    async with pool.acquire() as connection:
        # ruleid: python-injection-sql
        await connection.fetch(f"SELECT * FROM players WHERE name = '{name}'")
        # ruleid: python-injection-sql
        await connection.fetchrow("SELECT * FROM players WHERE name = " + name)
        statement = "SELECT * FROM players WHERE name = '%s'" % name
        # ruleid: python-injection-sql
        await pool.fetchval(statement)
        # ok: python-injection-sql
        await connection.fetch("SELECT * FROM players WHERE name = $1", name)
        # ok: python-injection-sql
        await connection.fetch(f"SELECT * FROM players WHERE name = ${len(values)}", *values)
    # ok: python-injection-sql
    await api.fetch(f"/players/{name}")


def template(text, environment, name):
    # ruleid: python-injection-template
    flask.render_template_string(text)
    # ruleid: python-injection-template
    jinja2.Template(text)
    # ruleid: python-injection-template
    jinja2.Template(f"Hello {name}")
    # ruleid: python-injection-template
    environment.from_string(text)
    # ok: python-injection-template
    jinja2.Template("Hello {{ name }}")
    # ok: python-injection-template
    environment.get_template("hello.html").render(name=name)
    # ok: python-injection-template
    Colour.from_string(text)
