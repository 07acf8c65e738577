#include "backends/process/output_capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <array>

#include "backends/process/pipe.h"

namespace efm::test {
namespace {

using testing::SizeIs;
using Keep = OutputCapture::Keep;

constexpr std::size_t plenty = 1U << 20;

/// A capture and the writing end of its pipe.
struct Captured {
    UniqueDescriptor write_end;
    OutputCapture capture;

    Captured(Keep keep, std::size_t limit)
        : Captured(std::get<Pipe>(Pipe::make(Pipe::NonBlocking::read_end)), keep, limit) {}
    void write(std::string_view text) const {
        ASSERT_EQ(::write(write_end.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

  private:
    Captured(Pipe pipe, Keep keep, std::size_t limit)
        : write_end(std::move(pipe.write_end)), capture(std::move(pipe.read_end), keep, limit) {}
};

TEST(OutputCaptureTest, ReadsWhatIsThereAndDoesNotWait) {
    Captured stream{Keep::first, 100};
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_EQ(stream.capture.total(), 0U);
    stream.write("one ");
    EXPECT_FALSE(stream.capture.read_available(plenty));
    stream.write("two");
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_TRUE(stream.capture.is_open());
    EXPECT_EQ(stream.capture.take(), "one two");
}

TEST(OutputCaptureTest, ClosesItselfAtTheEnd) {
    Captured stream{Keep::first, 100};
    stream.write("last");
    stream.write_end.reset();
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_FALSE(stream.capture.is_open());
    EXPECT_EQ(stream.capture.take(), "last");
    EXPECT_FALSE(stream.capture.read_available(plenty)) << "reading a closed one is no error";
}

TEST(OutputCaptureTest, KeepsTheFirstBytesAndSaysWhenThereWereMore) {
    Captured stream{Keep::first, 5};
    stream.write("12345");
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_FALSE(stream.capture.has_overflowed());
    stream.write("6");
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_TRUE(stream.capture.has_overflowed());
    EXPECT_EQ(stream.capture.total(), 6U);
    EXPECT_EQ(stream.capture.take(), "12345");
}

TEST(OutputCaptureTest, KeepsTheLastBytesHoweverTheyCome) {
    for (const std::size_t part : {1U, 2U, 3U, 7U, 50U}) {
        Captured stream{Keep::last, 5};
        std::string all;
        for (char letter = 'a'; letter <= 'z'; ++letter)
            all += std::string(3, letter);
        for (std::size_t place = 0; place < all.size(); place += part) {
            stream.write(std::string_view{all}.substr(place, part));
            EXPECT_FALSE(stream.capture.read_available(plenty));
        }
        EXPECT_FALSE(stream.capture.has_overflowed());
        EXPECT_EQ(stream.capture.total(), all.size());
        EXPECT_EQ(stream.capture.newest(3), "zzz");
        EXPECT_EQ(stream.capture.take(), "yyzzz") << "in parts of " << part;
    }
}

TEST(OutputCaptureTest, ReadsNoMoreThanItsBudgetAtATime) {
    Captured stream{Keep::first, plenty};
    ::fcntl(stream.write_end.get(), F_SETPIPE_SZ, 1 << 20);
    stream.write(std::string(300'000, 'x'));
    EXPECT_FALSE(stream.capture.read_available(100'000));
    EXPECT_GE(stream.capture.total(), 100'000U);
    EXPECT_LT(stream.capture.total(), 200'000U) << "one read beyond the budget at most";
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_THAT(stream.capture.take(), SizeIs(300'000));
}

TEST(OutputCaptureTest, TheNewestIsNoMoreThanThereIs) {
    Captured stream{Keep::first, 100};
    EXPECT_EQ(stream.capture.newest(10), "");
    stream.write("abc");
    EXPECT_FALSE(stream.capture.read_available(plenty));
    EXPECT_EQ(stream.capture.newest(2), "bc");
    EXPECT_EQ(stream.capture.newest(10), "abc");
}

TEST(OutputCaptureTest, AnErrorOfReadingIsSaid) {
    OutputCapture directory{UniqueDescriptor{::open("/", O_RDONLY | O_CLOEXEC)}, Keep::first, 100};
    EXPECT_EQ(directory.read_available(plenty), std::errc::is_a_directory);
}

TEST(PipeTest, OnlyTheChosenEndNeverWaitsAndBothAreClosedOnExec) {
    for (const auto kind : {Pipe::Kind::fifo, Pipe::Kind::socket}) {
        for (const auto chosen : {Pipe::NonBlocking::read_end, Pipe::NonBlocking::write_end}) {
            const auto pipe = std::get<Pipe>(Pipe::make(chosen, kind));
            const bool reader = (::fcntl(pipe.read_end.get(), F_GETFL) & O_NONBLOCK) != 0;
            const bool writer = (::fcntl(pipe.write_end.get(), F_GETFL) & O_NONBLOCK) != 0;
            EXPECT_EQ(reader, chosen == Pipe::NonBlocking::read_end);
            EXPECT_EQ(writer, chosen == Pipe::NonBlocking::write_end);
            EXPECT_EQ(::fcntl(pipe.read_end.get(), F_GETFD), FD_CLOEXEC);
            EXPECT_EQ(::fcntl(pipe.write_end.get(), F_GETFD), FD_CLOEXEC);
        }
    }
}

TEST(PipeTest, BytesGoOneWay) {
    for (const auto kind : {Pipe::Kind::fifo, Pipe::Kind::socket}) {
        const auto pipe = std::get<Pipe>(Pipe::make(Pipe::NonBlocking::read_end, kind));
        std::array<char, 4> bytes{};
        EXPECT_EQ(::write(pipe.write_end.get(), "abc", 3), 3);
        EXPECT_EQ(::read(pipe.read_end.get(), bytes.data(), bytes.size()), 3);
        EXPECT_LE(::read(pipe.write_end.get(), bytes.data(), bytes.size()), 0);
    }
}

}  // namespace
}  // namespace efm::test
