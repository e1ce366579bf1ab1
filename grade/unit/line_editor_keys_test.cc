// SPDX-License-Identifier: MIT
//
// user/console: whatever sequences a terminal sends, none leaves a byte in the line, and each key does what people
// expect.
#include "terminal_model.h"

namespace glenda::console::test {
namespace {

struct Sequence {
    const char* name;
    std::string keys;
    std::string line;
};

/// Each sequence leaves the line unchanged: no byte of it is text, and no part of it is another key.
TEST_F(Editor, UnknownSequencesVanishWhole) {
    const Sequence cases[] = {
        {"F11", "abc\x1b[H\x1b[23~", "abc"},
        {"F3 of rxvt", "abc\x1b[H\x1b[13~", "abc"},
        {"F10", "abc\x1b[21~X", "abcX"},
        {"F1 of the Linux console", "a\x1b[[A", "a"},
        {"F5 of the Linux console", "a\x1b[[Eb", "ab"},
        {"Alt and Up", "a\x1b\x1b[A", "a"},
        {"Alt and F1", "a\x1b\x1bOPb", "ab"},
        {"device attributes", "a\x1b[?1;2c", "a"},
        {"secondary device attributes", "a\x1b[>0;276;0cb", "ab"},
        {"a mode", "a\x1b[?2004;1$yb", "ab"},
        {"F1 to F4", "a\x1bOP\x1bOQ\x1bOR\x1bOSb", "ab"},
        {"F1 with Shift", "a\x1bO1;2Pb\x1b[1;2Pc", "abc"},
        {"Right with Control", "a\x1b[H\x1b[1;5C\x1b[5C\x1bOcb", "ba"},
        {"Delete with Control", "ab\x1b[H\x1b[3;5~\x1b[3^", "ab"},
        {"Delete with Shift, rxvt", "ab\x1b[H\x1b[3$c", "cab"},
        {"Up with Shift, rxvt", "a\x1b[ab", "ab"},
        {"many parameters", "a\x1b[1;2;3;4;5;6;7;8;9;10mb", "ab"},
        {"colours with colons", "a\x1b[38:2::1:2:3mb", "ab"},
        {"a parameter past all bounds", "a\x1b[99999999999999999999999993~b", "ab"},
        {"intermediate bytes", "a\x1b[2 qb\x1b[!pc", "abc"},
        {"a bracketed paste", "a\x1b[200~b\x1b[201~c", "abc"},
        {"mouse", "a\x1b[M #!b\x1b[<0;3;4Mc", "abc"},
        {"Alt and a letter", "a\x1bxb", "ab"},
        {"Alt and Backspace",
         "a\x1b\x7f"
         "b",
         "ab"},
        {"Alt and a letter outside ASCII", "a\x1béb", "ab"},
        {"a character set", "a\x1b(Bb\x1b#8c", "abc"},
        {"a colour as answer", "a\x1b]11;rgb:0000/0000/0000\x1b\\b", "ab"},
        {"the same with BEL",
         "a\x1b]11;rgb:0000/0000/0000\a"
         "b",
         "ab"},
        {"a terminal's version", "a\x1bP>|XTerm(379)\x1b\\b", "ab"},
        {"control characters of eight bits",
         "a\xc2\x9b"
         "23~b",
         "ab"},
        {"an answer that nobody asked for", "a\x1b[24;80Rb", "ab"},
    };
    for (const Sequence& each : cases) EXPECT_EQ(enter(each.keys), each.line) << each.name;
    EXPECT_EQ(terminal.bells, 0);
}

TEST_F(Editor, EachTerminalsHomeEndAndDeleteAreKnown) {
    for (const char* home : {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"})
        EXPECT_EQ(enter(std::string("ab") + home + "x"), "xab") << home + 1;
    for (const char* end : {"\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"})
        EXPECT_EQ(enter(std::string("ab\x01") + end + "x"), "abx") << end + 1;
    EXPECT_EQ(enter("ab\x01\x1b[3~"), "b");
    EXPECT_EQ(enter("ab\x1bOD\x1bODx\x1bOCy"), "xayb");
}

TEST_F(Editor, AControlCharacterEndsWhatIsIncomplete) {
    for (const char* begun :
         {"\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\x1b]0;title", "\x1b(", "\x1b[[", "\x1b[M", "\xe2\x82"})
        EXPECT_EQ(enter(std::string("ab") + begun), "ab") << begun + 1;
    EXPECT_EQ(type("ab\x1b[\x03"), LineEditor::Event::Cancelled);
}

TEST_F(Editor, ATabIsASpace) {
    EXPECT_EQ(enter("a\tb"), "a b");
    EXPECT_EQ(terminal.rows[0][3], " ");
}

TEST_F(Editor, CharactersAreTypedErasedAndMovedOverWhole) {
    EXPECT_EQ(enter("hé"), "hé");
    EXPECT_EQ(enter("hé\x7f"), "h");
    EXPECT_EQ(enter("a€b\x1b[D\x7f"), "ab");
    EXPECT_EQ(enter("漢字\x1b[D\x1b[Dx\x1b[3~"), "x字");
    EXPECT_EQ(enter("😀😀\x7f"), "😀");
    EXPECT_EQ(enter("xe\u0301y\x1b[D\x1b[Dz"), "xze\u0301y") << "an accent stays with its letter";
    EXPECT_EQ(enter("xe\u0301\x7f"), "x");
    type("a漢b\x1b[D");
    EXPECT_EQ(terminal.row(), "% a漢b");
    EXPECT_EQ(terminal.column, 5u) << "a wide character takes two columns";
}

TEST_F(Editor, BytesThatAreNoCharacterVanish) {
    EXPECT_EQ(enter("a\xff\x80\xc0\xaf\xed\xa0\x80\xf5z"), "az");
    EXPECT_EQ(enter("a\xe2\x82z"), "az") << "cut off";
    EXPECT_EQ(enter("a\xf4\x90\x80\x80z"), "az") << "past U+10FFFF";
}

TEST_F(Editor, ControlKeysDoWhatPeopleExpect) {
    EXPECT_EQ(enter("run hello\x17"
                    "x"),
              "run x");
    EXPECT_EQ(enter("run hello  \x17\x17\x17"
                    "x"),
              "x");
    EXPECT_EQ(enter("abcd\x02\x02\x15"
                    "x"),
              "xcd");
    EXPECT_EQ(enter("abcd\x02\x02\x0b"
                    "x"),
              "abx");
    EXPECT_EQ(enter("ab\x01"
                    "c\x06"
                    "d\x05"
                    "e"),
              "cadbe");
    EXPECT_EQ(enter("abc\x01\x04"), "bc");
    EXPECT_EQ(enter("abc\x04"), "abc");
    type("old\x10\x0e");
    EXPECT_EQ(enter(""), "old");
    EXPECT_EQ(type("a\x7f\x04"), LineEditor::Event::EndOfFile);
    editor.start();
    type("abc\x0c");
    EXPECT_EQ(terminal.row(), "% abc");
    EXPECT_EQ(terminal.column, 5u);
}

/// The editor asks for the width only when it matters: for a short line it sends nothing else.
TEST_F(Editor, TheWidthIsAskedForOnceALine) {
    type(std::string(37, 'x'));
    EXPECT_EQ(terminal.questions, 0);
    type("y");
    EXPECT_EQ(terminal.questions, 1);
    EXPECT_EQ(terminal.row(), "% " + std::string(36, 'x') + "y") << "it scrolls until there is an answer";
    type("\x1b[7;80R");
    EXPECT_EQ(terminal.row(), "% " + std::string(37, 'x') + "y");
    type(std::string(100, 'z'));
    EXPECT_EQ(terminal.questions, 1);
    EXPECT_EQ(terminal.row().size(), 79u);
    enter("");
    type(std::string(120, 'z'));
    EXPECT_EQ(terminal.row().size(), 39u);
    type("\x1b[7;80R");
    EXPECT_EQ(terminal.row().size(), 79u) << "the full width is used at once";
    enter("");
    type("short\x1b[7;80R");
    EXPECT_EQ(editor.line(), "short") << "a second answer means nothing";
    EXPECT_EQ(terminal.questions, 2);
}

}  // namespace
}  // namespace glenda::console::test
