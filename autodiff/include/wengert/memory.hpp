// What all recordings of a process share: the memory limit, the index limit, and the numbers that tell their
// values apart. The one place where recordings take memory from the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace wengert {

/// The most bytes that all recordings of the process, on every thread, may hold together; 8 GiB unless set. A
/// recording that would exceed it throws Error and stays as it was. Lowering it below what is in use stops
/// growth only.
void set_memory_limit(std::size_t bytes) noexcept;
std::size_t memory_limit() noexcept;
/// Bytes that recordings hold now, and the most that they held at once.
std::size_t memory_in_use() noexcept;
std::size_t memory_peak() noexcept;

/// The largest index of a value in one recording: 2^31 - 1 unless lowered (which is for tests). A recording
/// takes it up when it begins, and at rewind() and clear().
void set_index_limit(std::uint32_t largest) noexcept;
std::uint32_t index_limit() noexcept;

namespace detail {

// What <memory> has, at a third of the lines of the whole engine.

/// The one owner of a T.
template <class T> class Owner {
public:
    explicit Owner(T* of) noexcept : of_(of) {}
    Owner(Owner&& other) noexcept : of_(other.release()) {}
    Owner& operator=(Owner&& other) noexcept {
        std::swap(of_, other.of_);
        return *this;
    }
    ~Owner() { delete of_; }
    T* release() noexcept { return std::exchange(of_, nullptr); }
    T* operator->() const { return of_; }
    T& operator*() const { return *of_; }

private:
    T* of_;
};

/// A T in memory that holds none yet.
template <class T, class... A> [[gnu::always_inline]] inline T* make_at(T* place, const A&... arguments) {
    return ::new (static_cast<void*>(place)) T(arguments...);
}

inline constexpr std::size_t alignment = 64;  ///< as any scalar needs it
/// Memory that counts against the limit, so aligned; throws Error where the limit or the system refuses.
void* acquire(std::size_t bytes);
void release(void* memory, std::size_t bytes) noexcept;

/// Memory taken elsewhere that counts against the limit while this lives; throws Error where that refuses.
class Charge {
public:
    explicit Charge(std::size_t bytes);
    ~Charge();
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;
    void keep() { bytes_ = 0; }  // charged for good: release() gives it back

private:
    std::size_t bytes_;
};

/// Epochs number the stretches of recordings between marks, so that a value that outlived its recording is
/// recognised. They are given out in blocks, from 1 to 2^31 - 1, then again from 1: a stale value goes
/// unnoticed only if it is used just as its number comes round, after 2^31 rewinds of the process.
inline constexpr std::uint32_t epochs_in_block = 4096;
std::uint32_t acquire_epochs(const void* owner);
/// Whether the epoch was last given to another owner (another thread's tape).
bool epoch_of_another(std::uint32_t epoch, const void* owner);

}  // namespace detail
}  // namespace wengert
