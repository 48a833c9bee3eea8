/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IO_H
#define _ASM_IO_H

/*
 * Port I/O.  A process has no ports: unless a test stands in for a device, reads
 * find what an empty bus gives, all ones.
 */
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct hosted_ports - a device behind the ports
 * @read: @size bytes (1, 2 or 4) from @port
 * @write: the same, out
 */
struct hosted_ports {
	u32 (*read)(u16 port, unsigned int size);
	void (*write)(u16 port, unsigned int size, u32 value);
};

extern const struct hosted_ports *hosted_ports; /* NULL: nothing there */

static inline void hosted_out(u32 value, u16 port, unsigned int size)
{
	if (hosted_ports)
		hosted_ports->write(port, size, value);
}

static inline u32 hosted_in(u16 port, unsigned int size)
{
	return hosted_ports ? hosted_ports->read(port, size) : ~0u;
}

static inline void outb(u8 value, u16 port)
{
	hosted_out(value, port, 1);
}

static inline void outw(u16 value, u16 port)
{
	hosted_out(value, port, 2);
}

static inline void outl(u32 value, u16 port)
{
	hosted_out(value, port, 4);
}

static inline u8 inb(u16 port)
{
	return (u8)hosted_in(port, 1);
}

static inline u16 inw(u16 port)
{
	return (u16)hosted_in(port, 2);
}

static inline u32 inl(u16 port)
{
	return hosted_in(port, 4);
}

#include <linux/io.h>

#endif
