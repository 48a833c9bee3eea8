/* SPDX-License-Identifier: MIT */
/*
 * The multiboot2 header: what we ask of the boot loader.
 *
 * The image is a plain ELF64 file, so no address tags are needed: the loader
 * places each segment at its physical address, clears the rest of it, and enters
 * at the entry point in 32-bit protected mode.  Under EFI it leaves boot services
 * first (the default, since we do not ask to keep them) and enters the same way.
 */
#define MB2_HEADER_MAGIC 0xe85250d6
#define MB2_ARCH_I386	 0

#define TAG_END		 0
#define TAG_FRAMEBUFFER	 5
#define TAG_MODULE_ALIGN 6
#define TAG_OPTIONAL	 1

	.section .multiboot, "a"
	.balign 8
header:
	.long MB2_HEADER_MAGIC
	.long MB2_ARCH_I386
	.long header_end - header
	.long -(MB2_HEADER_MAGIC + MB2_ARCH_I386 + (header_end - header))

	/* A linear framebuffer where there is one; GRUB takes another size if it must. */
	.balign 8
	.short TAG_FRAMEBUFFER, TAG_OPTIONAL
	.long 20
	.long 1024, 768, 32

	/* Modules start on page boundaries. */
	.balign 8
	.short TAG_MODULE_ALIGN, 0
	.long 8

	.balign 8
	.short TAG_END, 0
	.long 8
header_end:

	.section .note.GNU-stack, "", @progbits
