#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""death.py PROGRAM [CASE...] - one process for each misuse of memory, and what it has to say

PROGRAM is cairn-death.  For each case: the first line of the report, whole; what else the
report has to name; how the process ends; and the test that makes the same mistake on the
machine, which has to exist.  In these texts

    {p} {px}	the address in question, with 0x and without
    {pfn}	it as the number of a page: five digits at least
    {phys}	it as a physical address
    {at:NAME}	a place in the function NAME
    {n}		any decimal number
    {addr}	any hexadecimal one

A misuse that is refused leaves everything as it was: the process looks through all
allocators, prints "intact", and its status is 0.  What cannot be refused ends with 85.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

DIED = 85
FREE_OBJECT = "BUG {cache}: Object already free"
SLAB = r"Slab 0x{addr} objects={n} free={n} cache={cache} size={n}"
OBJECT = "Object {p} @offset={n}"
PAGE = "page:{addr} pfn:0x{px_short} zone:DMA32 node:0 state:"


def bad_page(order, what, by):
    return f"BUG: Bad page state pfn:{{pfn}} order:{order}: page {what}, by {{at:{by}}}"


def in_cache(cache, what, *names):
    return ("BUG " + cache + ": " + what, [SLAB.replace("{cache}", cache), OBJECT, *names], 0)


# case: (first line, what else is named, status), the same as a test of the kernel
CASES = {
    "kfree_null": ((None, [], 0), "kmalloc.zero_size"),
    "kfree_twice": (in_cache("kmalloc-64", "Object already free", "{at:kfree_it}"), "kmalloc.double_free"),
    "kfree_twice_with_one_between": (in_cache("kmalloc-64", "Object already free"), "slab_misuse.double_free"),
    "kfree_twice_large": (("BUG: kfree: {p} is free already", ["{at:kfree_it}"], 0),
                          "kmalloc.double_free_of_a_large_block"),
    "kfree_middle": (in_cache("kmalloc-128", "Invalid object pointer {p}"), "kmalloc.middle_of_an_object"),
    "kfree_middle_large": (("BUG: kfree: {p} lies in the middle of a large block", ["{at:kfree_it}"], 0),
                           "kmalloc.middle_of_a_large_block"),
    "kfree_page": (("BUG: kfree: kmalloc() never gave {p}", ["{p} is in a page of no slab"], 0),
                   "kmalloc.never_given"),
    "kfree_static": (("BUG: kfree: kmalloc() never gave {p}", ["{p} is outside the direct map"], 0),
                     "kmalloc.never_given"),
    "kfree_stack": (("BUG: kfree: kmalloc() never gave {p}", ["{p} is outside the direct map"], 0),
                    "kmalloc.never_given"),
    "kfree_user_address": (("BUG: kfree: kmalloc() never gave {p}", ["{at:kfree_it}"], 0), "kmalloc.never_given"),
    "kfree_small_number": (("BUG: kfree: kmalloc() never gave {p}", [], 0), "kmalloc.never_given"),
    "kfree_vmalloc": (("BUG: kfree: kmalloc() never gave {p}", ["{p} is in the vmalloc range"], 0),
                      "kmalloc.never_given"),
    "kfree_object_of_a_cache": (("BUG: kfree: {p} is an object of t_A, not of kmalloc()",
                                 ["{p} is slab t_A start {px} pointer offset 0 size 96"], 0),
                                "slab_misuse.wrong_cache"),
    "kfree_percpu": (("BUG: kfree: kmalloc() never gave {p}", [], 0), "kmalloc.never_given"),
    "ksize_of_free": (in_cache("kmalloc-128", "Object already free", "{at:ksize}"), "kmalloc.krealloc"),
    "krealloc_of_free": (in_cache("kmalloc-128", "Object already free", "{at:krealloc}"), "kmalloc.krealloc"),
    "kmalloc_too_large": (("kmalloc: 4194305 bytes are more than the 4194304 that there can be",
                           ["{at:kmalloc_too_large}"], 0), "kmalloc.large_blocks"),
    "kmalloc_highmem": (("BUG kmalloc-128: __GFP_HIGHMEM asks for memory without an address",
                         ["{at:kmalloc_highmem}"], 0), "kmalloc.highmem_is_refused"),
    "sleeping_under_a_lock": (("BUG: sleeping function called from invalid context: allocation with GFP_KERNEL "
                               "by {at:sleeping_under_a_lock}", ["Preemption disabled at {at:sleeping_under_a_lock}"],
                               0), "kmalloc.sleeping_where_it_must_not"),
    "overflow_by_one": (in_cache("kmalloc-64", "Right Redzone overwritten", "Allocated in {at:overflow}"),
                        "slab_debug.right_redzone"),
    "overflow_by_one_in_the_class": (in_cache("kmalloc-1024", "Right Redzone overwritten",
                                              "Allocated in {at:overflow}"), "slab_debug.right_redzone"),
    "underflow_by_one": (in_cache("kmalloc-64", "Left Redzone overwritten", "Allocated in {at:overflow}"),
                         "slab_debug.left_redzone"),
    "write_after_kfree_first_word": (in_cache("kmalloc-64", "Poison overwritten"), "slab_misuse.write_after_free"),
    "write_after_kfree_middle": (in_cache("kmalloc-64", "Poison overwritten", "Freed in {at:late_write}"),
                                 "slab_debug.poison"),
    "write_after_kfree_last_byte": (in_cache("kmalloc-64", "End Poison overwritten", "Freed in {at:late_write}"),
                                    "slab_debug.poison"),
    "write_after_free_page": (("pagealloc: memory corruption", ["{px_line}64: ff"], 0),
                              "page_debug.a_write_to_a_free_page_is_found"),
    "flipped_bit_in_a_free_page": (("pagealloc: single bit error", ["{px_line}64: ba"], 0),
                                   "page_debug.a_write_to_a_free_page_is_found"),
    "cache_free_null": ((None, [], 0), "slab_misuse.foreign_pointers"),
    "cache_free_twice": (in_cache("t_A", "Object already free"), "slab_misuse.double_free"),
    "cache_free_middle": (in_cache("t_A", "Invalid object pointer {p}"), "slab_misuse.middle_of_an_object"),
    "cache_free_foreign": (("BUG: kmem_cache_free: {p} is no object of t_A", ["{p} is in a page of no slab"], 0),
                           "slab_misuse.foreign_pointers"),
    "cache_wrong": (("cache_from_obj: Wrong slab cache. t_A but object is from t_B",
                     ["{p} is slab t_B start {px} pointer offset 0 size 96", "{at:cache_wrong}"], 0),
                    "slab_misuse.wrong_cache"),
    "cache_wrong_kmalloc": (("cache_from_obj: Wrong slab cache. t_A but object is from kmalloc-96",
                             ["{p} is slab kmalloc-96 start {px}"], 0), "slab_misuse.wrong_cache"),
    "cache_free_bulk_twice": (in_cache("t_A", "Object already free", "{at:cache_free_bulk_twice}"), "slab.bulk"),
    "cache_destroy_busy": (("BUG t_A: Objects remaining in t_A on kmem_cache_destroy()",
                            ["Object {p} @offset={n}"], 0), "slab_misuse.destroy_with_live_objects"),
    "cache_destroy_twice": (("BUG: kmem_cache_destroy: {p} is no cache", ["{p} is slab kmem_cache start {px}"], 0),
                            "slab_misuse.destroy_with_live_objects"),
    "cache_destroy_kmalloc": (("BUG kmalloc-64: kmem_cache_destroy of a cache that the kernel needs", [], 0),
                              "slab_misuse.caches_the_kernel_needs"),
    "cache_without_a_name": (("BUG: kmem_cache_create: no name", ["{at:cache_without_a_name}"], 0),
                             "slab.refuses_to_create"),
    "cache_odd_alignment": (("BUG: kmem_cache_create t_A: alignment 24 is no power of two", [], 0),
                            "slab.refuses_to_create"),
    "cache_must_be": (("BUG: kmem_cache_create t_A: objects of 4194305 bytes",
                       ["Cannot create slab t_A size=4194305"], DIED), "slab.refuses_to_create"),
    "cache_zalloc_constructed": (("BUG t_A: kmem_cache_zalloc of constructed objects", [], 0),
                                 "slab.constructed_state_survives"),
    "cache_rcu_free_twice": (in_cache("t_A", "Object already free"), "slab.typesafe_objects_stay_intact"),
    "page_none": ((None, [], 0), "pages.addresses_that_are_no_pages"),
    "page_free_twice": ((bad_page(0, "is free already: double free", "free_it"),
                         [PAGE + "cached order:0"], 0), "pages.double_free"),
    "pages_free_twice": ((bad_page(5, "is free already: double free", "free_it"),
                          [PAGE + "free order:{n}"], 0), "pages.double_free"),
    "page_wrong_order": ((bad_page(2, "was allocated with another order", "free_it"),
                          [PAGE + "allocated order:3"], 0), "pages.wrong_order"),
    "page_order_beyond": (("page allocation: order 11 is beyond the highest, 10, by {at:page_order_beyond}", [], 0),
                          "pages.an_order_beyond_the_highest"),
    "page_of_no_node": (("page allocation: there is no node 63, by {at:page_of_no_node}", [], 0),
                        "pages.an_order_beyond_the_highest"),
    "page_inside_a_block": ((bad_page(0, "lies inside an allocated block", "free_it"),
                             [PAGE + "interior"], 0), "pages.the_middle_of_a_block"),
    "page_reserved": ((bad_page(0, "is reserved", "free_it"), ["state:reserved"], 0), "pages.reserved_pages"),
    "page_of_a_slab": ((bad_page(0, "belongs to a slab cache", "free_it"), [PAGE + "allocated"], 0),
                       "pages.a_page_in_use_as_something_else"),
    "page_of_a_table": ((bad_page(0, "is a page table", "free_it"), [PAGE + "allocated"], 0),
                        "pages.a_page_in_use_as_something_else"),
    "page_small_address": (("BUG: Bad page state pfn:{addr} order:0: page is not RAM that the page allocator "
                            "manages, by {at:page_small_address}", [], 0), "pages.addresses_that_are_no_pages"),
    "page_beyond_memory": ((bad_page(0, "is not RAM that the page allocator manages", "free_it"), [], 0),
                           "pages.addresses_that_are_no_pages"),
    "page_still_referenced": ((bad_page(0, "is still referenced", "page_still_referenced"), ["refcount:2"], 0),
                              "pages.hot_and_cold_frees_want_the_last_reference"),
    "page_put_too_often": ((bad_page(0, "is free already: double free", "page_put_too_often"), [], 0),
                           "pages.the_last_reference_frees"),
    "page_get_free": ((bad_page(0, "is not allocated: it cannot be referenced", "page_get_free"), [], 0),
                      "pages.the_middle_of_a_block"),
    "page_give_back_unreserved": ((bad_page(0, "is not reserved: it cannot be given back",
                                            "page_give_back_unreserved"), [], 0), "pages.reserved_pages"),
    "page_compound_tail": ((bad_page(0, "lies inside an allocated block", "free_it"), [], 0),
                           "pages.splitting_what_cannot_be_split"),
    "page_owner_names_both": ((bad_page(0, "is free already: double free", "free_it"),
                               ["page last allocated via order 0", "page last free stack trace:",
                                "{at:page_free_twice}"], 0), "page_debug.who_allocated_and_who_freed"),
    "vfree_null": ((None, [], 0), "vmap.addresses_of_nothing_are_refused"),
    "vfree_twice": (("BUG: Trying to vfree() nonexistent vm area ({px})",
                     ["it is: freed vmalloc area of {at:vfree_twice} at {px}"], 0), "vmap.twice_is_refused"),
    "vfree_middle": (("BUG: Trying to vfree() nonexistent vm area ({px})",
                      ["it is: vmalloc area of {at:vfree_middle} at {addr}, offset 4096 of 12288"], 0),
                     "vmap.the_middle_of_an_area_is_refused"),
    "vfree_unaligned": (("BUG: Trying to vfree() bad address ({px})",
                         ["it is: vmalloc area of {at:vfree_unaligned} at {addr}, offset 1 of 12288"], 0),
                        "vmap.the_middle_of_an_area_is_refused"),
    "vfree_kmalloc": (("BUG: Trying to vfree() bad address ({px})", ["it is: an address in the direct map"], 0),
                      "vmap.addresses_of_nothing_are_refused"),
    "vfree_vmap": (("BUG: Trying to vfree() nonexistent vm area ({px})",
                    ["it is: vmap area of {at:vfree_vmap} at {px}"], 0), "vmap.each_kind_of_area_has_its_own_free"),
    "vfree_ioremap": (("BUG: Trying to vfree() nonexistent vm area ({px})",
                       ["it is: ioremap area of {at:vfree_ioremap} at {px}"], 0),
                      "vmap.each_kind_of_area_has_its_own_free"),
    "vunmap_vmalloc": (("BUG: Trying to vunmap() nonexistent vm area ({px})",
                        ["it is: vmalloc area of {at:vunmap_vmalloc} at {px}"], 0),
                       "vmap.each_kind_of_area_has_its_own_free"),
    "vmap_no_page": (("BUG: vmap: one of the pages is no page", ["{at:vmap_no_page}"], 0),
                     "vmap.what_is_no_page_is_refused"),
    "vmalloc_nothing": (("vmalloc error: size 0, zero size, mode:0x{addr}(GFP_KERNEL)", ["{at:vmalloc_nothing}"], 0),
                        "vmalloc.impossible_sizes_are_reported"),
    "vmap_writable_and_executable": (("BUG: vmap: memory both writable and executable is refused",
                                      ["{at:vmap_writable_and_executable}"], 0),
                                     "vmalloc.writable_and_executable_is_refused"),
    "read_after_vfree": (("BUG: unable to handle page fault for address: {px}",
                          ["#PF: supervisor read access", "address is: vmalloc range, no area",
                           "RIP: {at:read_after_vfree}"], DIED), "traps.beyond_a_vmalloc_area"),
    "write_behind_vmalloc": (("BUG: unable to handle page fault for address: {px}",
                              ["#PF: supervisor write access",
                               "address is: guard page, 0 bytes behind vmalloc area of {at:write_behind_vmalloc}"],
                              DIED), "vmalloc.guard_page_faults_and_is_named"),
    "write_to_null": (("BUG: kernel NULL pointer dereference, address: 0000000000000008",
                       ["address is: NULL page, offset 8", "RIP: {at:write_to_null}"], DIED), "traps.null_pointer"),
    "iounmap_null": ((None, [], 0), "ioremap.any_offset_and_length"),
    "iounmap_twice": (("BUG: Trying to iounmap() nonexistent vm area ({px})",
                       ["it is: freed ioremap area of {at:iounmap_twice} at {px}"], 0),
                      "ioremap.only_what_was_given_can_be_unmapped"),
    "iounmap_kmalloc": (("BUG: Trying to iounmap() nonexistent vm area ({px})",
                         ["it is: an address in the direct map"], 0), "ioremap.only_what_was_given_can_be_unmapped"),
    "ioremap_ram": (("BUG: ioremap on RAM at {phys}, 4096 bytes", ["{at:ioremap_ram}"], 0), "ioremap.ram_is_refused"),
    "ioremap_two_ways": (("BUG: ioremap of 0xfed00000 as write-combining conflicts with a live mapping of "
                          "0xfed00000 as uncached", ["{at:ioremap_two_ways}"], 0), "ioremap.types_must_not_conflict"),
    "memremap_ram": (("BUG: memremap attempted on RAM at {phys}, 4096 bytes", ["{at:memremap_ram}"], 0),
                     "ioremap.memremap_takes_ram_from_the_direct_map"),
    "percpu_free_null": ((None, [], 0), "percpu.wrong_frees_are_reported_and_refused"),
    "percpu_free_twice": (("BUG: free_percpu() of {px}: not live; freed already?", ["{at:percpu_free_twice}"], 0),
                          "percpu.wrong_frees_are_reported_and_refused"),
    "percpu_free_middle": (("BUG: free_percpu() of {px}: in the middle of an object", [], 0),
                           "percpu.wrong_frees_are_reported_and_refused"),
    "percpu_free_foreign": (("BUG: free_percpu() of {px}: not an address of alloc_percpu()", [], 0),
                            "percpu.wrong_frees_are_reported_and_refused"),
    "percpu_too_large": (("BUG: illegal size (1048576) or align (8) for percpu allocation: too large", [], 0),
                         "percpu.impossible_requests_are_reported"),
    "percpu_odd_alignment": (("BUG: illegal size (8) or align (24) for percpu allocation: alignment is no power of "
                              "two", ["{at:percpu_odd_alignment}"], 0), "percpu.impossible_requests_are_reported"),
    "mempool_free_null": ((None, [], 0), "mempools.misuse"),
    "mempool_free_twice": (("BUG: mempool_free: element {p} is in the pool already", ["{at:mempool_free_twice}"], 0),
                           "mempools.element_freed_twice_into_the_reserve"),
    "mempool_free_of_the_reserve": (("BUG: mempool: element {p} of the reserve was freed",
                                     ["{at:mempool_destroy}"], 0), "mempools.element_of_the_reserve_is_freed"),
    "mempool_free_twice_full": (in_cache("t_A", "Object already free"), "mempools.misuse"),
    "mempool_free_wrong_cache": (("cache_from_obj: Wrong slab cache. t_A but object is from kmalloc-256",
                                  ["{p} is slab kmalloc-256"], 0), "mempools.misuse"),
    "mempool_of_nothing": (("------------[ cut here ]------------",
                            ["WARNING: CPU: 0 PID: 0 at mm/mempool.c:{n} ",
                             "mempool: a pool of 0 elements, or without an allocator", "{at:mempool_of_nothing}"], 0),
                           "mempools.creation_fails_whole"),
    "mempool_resize_to_nothing": (("------------[ cut here ]------------",
                                   ["mempool: resize to 0 elements", "{at:mempool_resize_to_nothing}"], 0),
                                  "mempools.resize"),
    "dma_unmap_twice": (("BUG: dma_unmap_single: t_device: device address {phys}, 512 bytes: "
                         "is not mapped, or not any more", ["{at:dma_unmap_twice}"], 0), "dma.streaming_misuse"),
    "dma_unmap_wrong_size": (("BUG: dma_unmap_single: t_device: device address {phys}, 256 bytes: has a different "
                              "size, 512 bytes, from {at:dma_unmap_wrong_size}", [], 0), "dma.streaming_misuse"),
    "dma_map_vmalloc": (("BUG: dma_map_single: t_device: device address {phys}, 512 bytes: is no memory that a "
                         "device can be given (vmalloc, a stack, a device?)", ["{at:dma_map_vmalloc}"], 0),
                        "dma.streaming_misuse"),
    "dma_free_coherent_twice": (("BUG: dma_free_coherent: t_device: device address {phys}, 4096 bytes: "
                                 "is not mapped, or not any more", ["{at:dma_free_coherent_twice}"], 0),
                                "dma.coherent_misuse"),
    "dma_pool_free_twice": (("BUG: dma_pool_free: pool t_pool of t_device: {p} is free already",
                             ["{at:dma_pool_free_twice}"], 0), "dma_pool.misuse"),
    "dma_pool_free_foreign": (("BUG: dma_pool_free: pool t_pool of t_device: {p} is in none of its chunks", [], 0),
                              "dma_pool.misuse"),
    "dma_pool_destroy_busy": (("BUG: dma_pool_destroy: pool t_pool of t_device: {p} is live, the first of 1", [], 0),
                              "dma_pool.misuse"),
    "wait_with_interrupts_off": (("BUG: sleeping function called from invalid context at kernel/wait.c:{n}",
                                  ["irqs_disabled(): 1", "{at:wait_with_interrupts_off}",
                                   "Kernel panic - not syncing: cairn waits with interrupts off, and there is no "
                                   "other CPU"], DIED), "sched.a_wait_without_an_end_looks_again"),
    "down_with_interrupts_off": (("BUG: sleeping function called from invalid context at kernel/mutex.c:{n}",
                                  ["irqs_disabled(): 1", "{at:down_with_interrupts_off}",
                                   "Kernel panic - not syncing: "], DIED),
                                 "sched.locks_are_had_where_sleeping_is_forbidden"),
    "region_release_twice": (("BUG: Trying to free nonexistent resource <00000000fed00000-00000000fed00fff>",
                              ["{at:region_release_twice}"], 0), "resource.release_misuse"),
}


def pattern(text, p):
    """The text as a regular expression."""
    known = {"{p}": f"0x{p:016x}", "{px}": f"{p:016x}", "{pfn}": f"{p:05x}", "{phys}": f"0x{p:x}",
             "{px_short}": f"{p:x}", "{px_line}": f"{p:016x}"[:-2], "{n}": r"\d+", "{addr}": "[0-9a-f]+"}

    def one(found):
        word = found.group(0)
        if word.startswith("{at:"):
            return word[4:-1] + r"(\.[a-z.0-9]+)?\+0x[0-9a-f]+/0x[0-9a-f]+"
        return known[word]

    parts = re.split(r"(\{[a-z_]+(?::\w+)?\})", text)
    return "".join(one(re.match(r".*", part)) if i % 2 else re.escape(part) for i, part in enumerate(parts))


def wrong_with(program, case):
    """What is wrong with a case, and what the process said; or None."""
    (first, names, status), ktest = CASES[case]
    process = subprocess.run([program, case], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                             check=False)
    output = process.stdout.decode(errors="replace")
    address = re.search(r"^p=0x([0-9a-f]+)\nbegin$", output, re.M)
    if not address:
        return "it does not come as far as the mistake", output
    p = int(address.group(1), 16)
    said = [re.sub(r"^\[ *\d+\.\d+\] ", "", line) for line in output[address.end() + 1:].splitlines()]
    report, end = (said[:said.index("end")], said[said.index("end") + 1:]) if "end" in said else (said, [])
    if first is None and report:
        return "a report of what is no mistake", output
    if first and not report:
        return f"no report; expected {first}", output
    if first and not re.fullmatch(pattern(first, p), report[0]):
        return f"the first line is not: {first}", output
    for name in names:
        if not any(re.search(pattern(name, p), line) for line in report):
            return f"it does not name: {name}", output
    if process.returncode != status:
        return f"status {process.returncode}, expected {status}", output
    if status == 0 and end != ["intact"]:
        return "it left damage", output
    return None


def kernel_tests():
    names = set()
    for path in glob.glob("tests/*.c"):
        with open(path, encoding="utf-8") as file:
            names |= {f"{suite}.{name}" for suite, name in re.findall(r"KTEST\((\w+), (\w+)\)", file.read())}
    return names


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0:allow_user_segv_handler=1")
    listing = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    listed = [line for line in listing if re.fullmatch(r"\w+", line)]
    bad = 0
    if nothing := set(wanted) - set(CASES):
        sys.exit(f"death: no misuse is called {' '.join(sorted(nothing))}")
    for case in sorted(set(CASES) ^ set(listed)):
        print(f"{case}: only one of cairn-death and its table has it")
        bad += 1
    tests = kernel_tests()
    cases = [case for case in listed if case in CASES and (not wanted or case in wanted)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, wrong in zip(cases, pool.map(lambda case: wrong_with(program, case), cases)):
            if CASES[case][1] not in tests:
                print(f"{case}: there is no test {CASES[case][1]} of the kernel")
                bad += 1
            if wrong:
                print(f"{case}: {wrong[0]}", *wrong[1].splitlines()[-40:], sep="\n    ")
                bad += 1
    print(f"death: {len(cases)} misuses, {bad} with something wrong")
    sys.exit(bad != 0)


main()
