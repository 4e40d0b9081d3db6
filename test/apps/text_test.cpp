#include "files/text.hpp"

#include "support/catch.hpp"

using namespace robocache::cli;  // NOLINT

TEST_CASE("text: characters of UTF-8 and what is none") {
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length("\x7f") == 1);
  CHECK(utf8_length("\xc2\x80") == 2);
  CHECK(utf8_length("\xdf\xbf.") == 2);
  CHECK(utf8_length("\xe0\xa0\x80") == 3);
  CHECK(utf8_length("\xed\x9f\xbf") == 3);
  CHECK(utf8_length("\xf0\x90\x80\x80") == 4);
  CHECK(utf8_length("\xf4\x8f\xbf\xbf") == 4);
  for (const char* wrong : {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3.", "\xe0\x9f\xbf",
                            "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    CHECK(utf8_length(wrong) == 0);
  }
}

TEST_CASE("text: what is not UTF-8 is replaced byte by byte") {
  const std::string mark = "\xef\xbf\xbd";
  CHECK(well_formed("caf\xc3\xa9") == "caf\xc3\xa9");
  CHECK(well_formed("caf\xe9!") == "caf" + mark + "!");
  CHECK(well_formed("\xe2\x82") == mark + mark);
}

TEST_CASE("text: a terminal gets no control characters") {
  CHECK(printable("caf\xc3\xa9 \xe2\x96\x88") == "caf\xc3\xa9 \xe2\x96\x88");
  CHECK(printable("\x1b[31mred\x07\x7f") == "\\x1b[31mred\\x07\\x7f");
  CHECK(printable("a\nb\t") == "a\\x0ab\\x09");
  CHECK(printable("a\nb\t", "\n") == "a\nb\\x09");
  CHECK(printable("\xc2\x9b"
                  "31m") ==
        "\\xc2\\x9b"
        "31m");  // the C1 form of ESC [
  CHECK(printable("\xc2\xa0") == "\xc2\xa0");
  CHECK(printable("\xe9\xff") == "\\xe9\\xff");
}

TEST_CASE("text: formats of any length") {
  const std::string longer(3000, 'x');
  CHECK(format("%s:%d", longer.c_str(), 7) == longer + ":7");
  CHECK(format("%s", "").empty());
}
