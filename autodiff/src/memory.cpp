#include <wengert/memory.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include <wengert/error.hpp>

namespace wengert {
namespace {

std::atomic<std::size_t> limit{std::size_t{8} << 30};
std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> peak{0};
constexpr std::uint32_t most_indices = 0x7fff'ffff;  // the bit above is the tape's
std::atomic<std::uint32_t> largest_index{most_indices};

constexpr std::uint32_t epoch_count = std::uint32_t{1} << 31;

// Who got which block of epochs.
struct Blocks {
    std::mutex mutex;
    std::vector<const void*> owners;
    std::uint32_t next = 0;
};
Blocks& blocks() {
    static Blocks all;
    return all;
}

}  // namespace

void set_memory_limit(std::size_t bytes) noexcept { limit = bytes; }
std::size_t memory_limit() noexcept { return limit; }
std::size_t memory_in_use() noexcept { return in_use; }
std::size_t memory_peak() noexcept { return peak; }
void set_index_limit(std::uint32_t largest) noexcept { largest_index = std::min(largest, most_indices); }
std::uint32_t index_limit() noexcept { return largest_index; }

namespace detail {

Charge::Charge(std::size_t bytes) : bytes_(bytes) {
    std::size_t used = in_use;
    do {
        const std::size_t most = limit;
        if (used > most || bytes > most - used)
            fail("recordings hold " + std::to_string(used) + " bytes, need " + std::to_string(bytes) +
                 " more, and the limit is " + std::to_string(most) +
                 ": raise it with wengert::set_memory_limit(bytes), or rewind or clear() more often");
    } while (!in_use.compare_exchange_weak(used, used + bytes));
    std::size_t seen = peak;
    while (seen < used + bytes && !peak.compare_exchange_weak(seen, used + bytes)) {}
}
Charge::~Charge() { in_use -= bytes_; }

void* acquire(std::size_t bytes) {
    Charge charge(bytes);
    void* const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory == nullptr)
        fail("recordings hold " + std::to_string(in_use - bytes) + " bytes, and the system refuses the " +
             std::to_string(bytes) + " more that they need: rewind or clear() more often");
    charge.keep();
    return memory;
}

void release(void* memory, std::size_t bytes) noexcept {
    std::free(memory);
    in_use -= bytes;
}

std::uint32_t acquire_epochs(const void* owner) {
    Blocks& all = blocks();
    const std::scoped_lock lock(all.mutex);
    const std::uint32_t block = all.next;
    all.next = (block + 1) % (epoch_count / epochs_in_block);
    if (block < all.owners.size())
        all.owners[block] = owner;
    else
        all.owners.push_back(owner);
    return block * epochs_in_block;
}

bool epoch_of_another(std::uint32_t epoch, const void* owner) {
    Blocks& all = blocks();
    const std::scoped_lock lock(all.mutex);
    const std::uint32_t block = epoch / epochs_in_block;
    return block < all.owners.size() && all.owners[block] != owner;
}

}  // namespace detail
}  // namespace wengert
