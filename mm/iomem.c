/* SPDX-License-Identifier: MIT */
/*
 * Copies between memory and device registers, and repeated accesses to one.
 *
 * A device sees each access as it is made, so a copy must not be left to
 * memcpy(), whose accesses may overlap or be of any width.  Here they are: bytes
 * up to a multiple of four on the device's side, 32-bit words in the middle,
 * bytes at the end.  Words and not quadwords, because many devices know no
 * wider access.
 */
#include <linux/io.h>
#include <linux/string.h>

/* Bytes before @addr is a multiple of four, at most @n. */
static size_t head_bytes(const volatile void __iomem *addr, size_t n)
{
	size_t head = -(unsigned long)addr & 3;

	return head < n ? head : n;
}

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
	const volatile char __iomem *src = from;
	char *dst = to;
	size_t head = head_bytes(from, n);

	for (n -= head; head; head--)
		*dst++ = (char)readb(src++);
	for (; n >= 4; n -= 4, src += 4, dst += 4) {
		u32 word = readl(src);

		memcpy(dst, &word, 4);
	}
	for (; n; n--)
		*dst++ = (char)readb(src++);
}

void memcpy_toio(volatile void __iomem *to, const void *from, size_t n)
{
	volatile char __iomem *dst = to;
	const char *src = from;
	size_t head = head_bytes(to, n);

	for (n -= head; head; head--)
		writeb((u8)*src++, dst++);
	for (; n >= 4; n -= 4, src += 4, dst += 4) {
		u32 word;

		memcpy(&word, src, 4);
		writel(word, dst);
	}
	for (; n; n--)
		writeb((u8)*src++, dst++);
}

void memset_io(volatile void __iomem *to, int c, size_t n)
{
	volatile char __iomem *dst = to;
	size_t head = head_bytes(to, n);

	for (n -= head; head; head--)
		writeb((u8)c, dst++);
	for (; n >= 4; n -= 4, dst += 4)
		writel((u8)c * 0x01010101u, dst);
	for (; n; n--)
		writeb((u8)c, dst++);
}

void ioread8_rep(const volatile void __iomem *addr, void *to, unsigned long count)
{
	for (u8 *at = to; count; count--)
		*at++ = ioread8(addr);
}

void ioread16_rep(const volatile void __iomem *addr, void *to, unsigned long count)
{
	for (u16 *at = to; count; count--)
		*at++ = ioread16(addr);
}

void ioread32_rep(const volatile void __iomem *addr, void *to, unsigned long count)
{
	for (u32 *at = to; count; count--)
		*at++ = ioread32(addr);
}

void iowrite8_rep(volatile void __iomem *addr, const void *from, unsigned long count)
{
	for (const u8 *at = from; count; count--)
		iowrite8(*at++, addr);
}

void iowrite16_rep(volatile void __iomem *addr, const void *from, unsigned long count)
{
	for (const u16 *at = from; count; count--)
		iowrite16(*at++, addr);
}

void iowrite32_rep(volatile void __iomem *addr, const void *from, unsigned long count)
{
	for (const u32 *at = from; count; count--)
		iowrite32(*at++, addr);
}
