#!/usr/bin/python3
"""check_includes finds what it promises to find, and nothing else."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

_path = str(pathlib.Path(__file__).with_name("check_includes"))
_loader = importlib.machinery.SourceFileLoader("check_includes", _path)
checker = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_includes", _loader))
_loader.exec_module(checker)


def violations(path, *lines):
    head = ["#pragma once"] if path.endswith(".h") else []
    return [rule for _, rule in checker.check_source(path, "\n".join(head + list(lines)) + "\n")]


class CheckIncludes(unittest.TestCase):
    def test_the_rooms_stay_apart(self):
        forbidden = [
            ("protocol/a.cc", "store/number.h"),
            ("protocol/a.cc", "server/execution/command_error.h"),
            ("store/a.h", "protocol/number_format.h"),
            ("store/a.cc", "server/execution/call.h"),
            ("ascii/a.h", "store/number.h"),
            ("store/structures/a.h", "store/types/set.h"),
            ("store/types/a.h", "store/keyspace.h"),
            ("store/types/a.h", "store/entry.h"),
            ("store/keyspace.cc", "store/dispatch/assignment.h"),
            ("server/catalogue/docs.cc", "server/server.h"),
            ("server/config/options.cc", "server/server.h"),
            ("server/execution/executor.cc", "server/dispatch/dispatcher.h"),
            ("server/clients/session.h", "server/net/connection.h"),
            ("server/execution/executor.cc", "server/commands/expiry.h"),
            ("server/commands/set.cc", "server/net/connection.h"),
            ("server/net/connection.cc", "server/commands/families.h"),
            ("server/net/connection.cc", "server/app.h"),
            ("tests/unit/store/types/set_test.cc", "protocol/number_format.h"),
        ]
        for path, included in forbidden:
            with self.subTest(path=path, included=included):
                self.assertEqual(violations(path, f'#include "{included}"'), [f'may not include "{included}"'])
        permitted = [
            ("server/commands/set.cc", "store/types/set.h"),
            ("protocol/a.cc", "ascii/integer.h"),
            ("store/types/a.h", "store/structures/table.h"),
            ("server/catalogue/command_table.cc", "server/commands/families.h"),
            ("server/net/connection.cc", "server/execution/executor.h"),
            ("server/app.cc", "server/net/listener.h"),
            ("tests/unit/store/types/set_test.cc", "store/types/set.h"),
        ]
        for path, included in permitted:
            with self.subTest(path=path, included=included):
                self.assertEqual(violations(path, f'#include "{included}"'), [])

    def test_asio_has_one_door(self):
        self.assertEqual(len(violations("server/net/listener.cc", "#include <asio/ip/tcp.hpp>")), 1)
        self.assertEqual(violations("server/net/asio.h", "#include <memory>", "#include <asio.hpp>"), [])
        self.assertEqual(len(violations("server/net/asio.h", "#include <asio.hpp>", "#include <memory>")), 1)
        self.assertEqual(len(violations("store/a.cc", "#include <sys/socket.h>")), 1)

    def test_time_and_chance_are_handed_in(self):
        now = "auto now = std::chrono::system_clock::now();"
        self.assertEqual(len(violations("server/commands/administration.cc", now)), 1)
        self.assertEqual(len(violations("tests/unit/store/clock_test.cc", now)), 1)
        self.assertEqual(violations("server/net/ticker.cc", now), [])
        self.assertEqual(violations("store/a.cc", "// never system_clock", 'auto text = "random_device";'), [])
        self.assertEqual(len(violations("server/app.cc", "std::random_device device;")), 1)
        self.assertEqual(violations("server/main.cc", "std::random_device device;"), [])

    def test_rooms_say_what_they_are_for(self):
        with tempfile.TemporaryDirectory() as root:
            room = pathlib.Path(root, "store/types")
            room.mkdir(parents=True)
            paths = ["store/types/set.h"]
            self.assertEqual(len(list(checker.check_rooms(root, paths))), 1)
            paths.append("store/types/README.md")
            (room / "README.md").write_text("Sets.\n")
            self.assertEqual(len(list(checker.check_rooms(root, paths))), 1)
            (room / "README.md").write_text("Sets.\n\nMay include: nothing.\n")
            self.assertEqual(list(checker.check_rooms(root, paths)), [])
            self.assertEqual(list(checker.check_rooms(root, ["tests/unit/a.cc"])), [])

    def test_what_runs_commands_names_no_subsystem(self):
        self.assertEqual(len(violations("server/execution/executor.cc", "server.dispatcher.offers();")), 1)
        self.assertEqual(violations("server/server.h", "Dispatcher dispatcher;"), [])

    def test_headers_are_guarded_and_clean(self):
        self.assertEqual([rule for _, rule in checker.check_source("store/a.h", "int a;\n")], ["a header begins with #pragma once"])
        self.assertEqual(len(violations("store/a.h", "using namespace std;")), 1)

    def test_functions_fit_a_screen_and_files_have_one_job(self):
        body = ["    ++a;"] * (checker.MAX_FUNCTION_LINES["sources"] + 1)
        self.assertEqual(len(violations("store/a.cc", "void grow()", "{", *body, "}")), 1)
        self.assertEqual(violations("store/a.cc", "void grow()", "{", *body[1:], "}"), [])
        self.assertEqual(violations("store/a.cc", "class Grown : public Thing", "{", *body, "};"), [])
        self.assertEqual(len(violations("store/a.cc", *["int a;"] * (checker.MAX_LINES["sources"] + 1))), 1)

    def test_texts_name_no_machine(self):
        for text in ("see /root/notes", "cd /work/project", "log in /tmp/server.log", "as in issue 12"):
            with self.subTest(text):
                self.assertEqual(len(list(checker.check_text("README.md", text))), 1)
        self.assertEqual(list(checker.check_text("README.md", "build/tmp/x, network/work/, an issue of 12 pages")), [])


if __name__ == "__main__":
    unittest.main()
