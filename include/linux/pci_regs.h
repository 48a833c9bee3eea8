/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PCI_REGS_H
#define _LINUX_PCI_REGS_H

/*
 * The PCI configuration space: 256 bytes a function, 4096 with PCI Express.
 * PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge Architecture
 * Specification 1.2, chapter 3; PCI Express Base Specification, chapter 7.
 */
#define PCI_CFG_SPACE_SIZE     256
#define PCI_CFG_SPACE_EXP_SIZE 4096

/* The first 64 bytes, the same in all header types. */
#define PCI_STD_HEADER_SIZEOF	    64
#define PCI_STD_NUM_BARS	    6

#define PCI_VENDOR_ID		    0x00
#define PCI_DEVICE_ID		    0x02

#define PCI_COMMAND		    0x04
#define PCI_COMMAND_IO		    0x1 /* answers in I/O space */
#define PCI_COMMAND_MEMORY	    0x2 /* answers in memory space */
#define PCI_COMMAND_MASTER	    0x4 /* may read and write memory by itself */
#define PCI_COMMAND_SPECIAL	    0x8
#define PCI_COMMAND_INVALIDATE	    0x10
#define PCI_COMMAND_VGA_PALETTE	    0x20
#define PCI_COMMAND_PARITY	    0x40
#define PCI_COMMAND_WAIT	    0x80
#define PCI_COMMAND_SERR	    0x100
#define PCI_COMMAND_FAST_BACK	    0x200
#define PCI_COMMAND_INTX_DISABLE    0x400

#define PCI_STATUS		    0x06
#define PCI_STATUS_INTERRUPT	    0x08
#define PCI_STATUS_CAP_LIST	    0x10
#define PCI_STATUS_66MHZ	    0x20
#define PCI_STATUS_PARITY	    0x100
#define PCI_STATUS_SIG_TARGET_ABORT 0x800
#define PCI_STATUS_REC_TARGET_ABORT 0x1000
#define PCI_STATUS_REC_MASTER_ABORT 0x2000

#define PCI_CLASS_REVISION	    0x08
#define PCI_REVISION_ID		    0x08
#define PCI_CLASS_PROG		    0x09
#define PCI_CLASS_DEVICE	    0x0a
#define PCI_CACHE_LINE_SIZE	    0x0c
#define PCI_LATENCY_TIMER	    0x0d

#define PCI_HEADER_TYPE		    0x0e
#define PCI_HEADER_TYPE_MASK	    0x7f
#define PCI_HEADER_TYPE_NORMAL	    0
#define PCI_HEADER_TYPE_BRIDGE	    1
#define PCI_HEADER_TYPE_CARDBUS	    2
#define PCI_HEADER_TYPE_MFD	    0x80 /* has more than one function */

#define PCI_BIST		    0x0f

/* Base address registers: six, two in a bridge, one in a CardBus bridge. */
#define PCI_BASE_ADDRESS_0	       0x10
#define PCI_BASE_ADDRESS_1	       0x14
#define PCI_BASE_ADDRESS_2	       0x18
#define PCI_BASE_ADDRESS_3	       0x1c
#define PCI_BASE_ADDRESS_4	       0x20
#define PCI_BASE_ADDRESS_5	       0x24
#define PCI_BASE_ADDRESS_SPACE	       0x01
#define PCI_BASE_ADDRESS_SPACE_IO      0x01
#define PCI_BASE_ADDRESS_SPACE_MEMORY  0x00
#define PCI_BASE_ADDRESS_MEM_TYPE_MASK 0x06
#define PCI_BASE_ADDRESS_MEM_TYPE_32   0x00
#define PCI_BASE_ADDRESS_MEM_TYPE_1M   0x02 /* obsolete: below 1 MiB */
#define PCI_BASE_ADDRESS_MEM_TYPE_64   0x04
#define PCI_BASE_ADDRESS_MEM_PREFETCH  0x08
#define PCI_BASE_ADDRESS_MEM_MASK      (~0x0fUL)
#define PCI_BASE_ADDRESS_IO_MASK       (~0x03UL)

/* Header type 0: devices. */
#define PCI_CARDBUS_CIS		0x28
#define PCI_SUBSYSTEM_VENDOR_ID 0x2c
#define PCI_SUBSYSTEM_ID	0x2e
#define PCI_ROM_ADDRESS		0x30
#define PCI_ROM_ADDRESS_ENABLE	0x01
#define PCI_ROM_ADDRESS_MASK	(~0x7ffU)
#define PCI_CAPABILITY_LIST	0x34
#define PCI_INTERRUPT_LINE	0x3c
#define PCI_INTERRUPT_PIN	0x3d
#define PCI_MIN_GNT		0x3e
#define PCI_MAX_LAT		0x3f

/* Header type 1: bridges. */
#define PCI_PRIMARY_BUS		 0x18
#define PCI_SECONDARY_BUS	 0x19
#define PCI_SUBORDINATE_BUS	 0x1a
#define PCI_SEC_LATENCY_TIMER	 0x1b
#define PCI_IO_BASE		 0x1c
#define PCI_IO_LIMIT		 0x1d
#define PCI_IO_RANGE_TYPE_MASK	 0x0f
#define PCI_IO_RANGE_TYPE_32	 0x01
#define PCI_IO_RANGE_MASK	 (~0x0fUL)
#define PCI_SEC_STATUS		 0x1e
#define PCI_MEMORY_BASE		 0x20
#define PCI_MEMORY_LIMIT	 0x22
#define PCI_MEMORY_RANGE_MASK	 (~0x0fUL)
#define PCI_PREF_MEMORY_BASE	 0x24
#define PCI_PREF_MEMORY_LIMIT	 0x26
#define PCI_PREF_RANGE_TYPE_MASK 0x0fUL
#define PCI_PREF_RANGE_TYPE_64	 0x01
#define PCI_PREF_RANGE_MASK	 (~0x0fUL)
#define PCI_PREF_BASE_UPPER32	 0x28
#define PCI_PREF_LIMIT_UPPER32	 0x2c
#define PCI_IO_BASE_UPPER16	 0x30
#define PCI_IO_LIMIT_UPPER16	 0x32
#define PCI_ROM_ADDRESS1	 0x38
#define PCI_BRIDGE_CONTROL	 0x3e

/* Header type 2: CardBus bridges. */
#define PCI_CB_CAPABILITY_LIST	   0x14
#define PCI_CB_SUBSYSTEM_VENDOR_ID 0x40
#define PCI_CB_SUBSYSTEM_ID	   0x42

/* The capability list: id, offset of the next, then the capability. */
#define PCI_CAP_LIST_ID	  0
#define PCI_CAP_LIST_NEXT 1
#define PCI_CAP_FLAGS	  2
#define PCI_CAP_SIZEOF	  4

#define PCI_CAP_ID_PM	  0x01
#define PCI_CAP_ID_AGP	  0x02
#define PCI_CAP_ID_VPD	  0x03
#define PCI_CAP_ID_SLOTID 0x04
#define PCI_CAP_ID_MSI	  0x05
#define PCI_CAP_ID_PCIX	  0x07
#define PCI_CAP_ID_HT	  0x08
#define PCI_CAP_ID_VNDR	  0x09
#define PCI_CAP_ID_SHPC	  0x0c
#define PCI_CAP_ID_SSVID  0x0d
#define PCI_CAP_ID_EXP	  0x10
#define PCI_CAP_ID_MSIX	  0x11
#define PCI_CAP_ID_SATA	  0x12
#define PCI_CAP_ID_AF	  0x13

/* Message-signalled interrupts. */
#define PCI_MSI_FLAGS	      0x02
#define PCI_MSI_FLAGS_ENABLE  0x0001
#define PCI_MSI_FLAGS_QMASK   0x000e /* log2 of the vectors the device can use */
#define PCI_MSI_FLAGS_QSIZE   0x0070
#define PCI_MSI_FLAGS_64BIT   0x0080
#define PCI_MSI_FLAGS_MASKBIT 0x0100

#define PCI_MSIX_FLAGS	      2
#define PCI_MSIX_FLAGS_QSIZE  0x07ff /* entries of the table, less one */
#define PCI_MSIX_FLAGS_ENABLE 0x8000
#define PCI_MSIX_TABLE	      4
#define PCI_MSIX_TABLE_BIR    0x00000007
#define PCI_MSIX_TABLE_OFFSET 0xfffffff8
#define PCI_MSIX_PBA	      8
#define PCI_MSIX_ENTRY_SIZE   16

/* The extended list, from byte 256 on: id, version, offset of the next. */
#define PCI_EXT_CAP_ID(header)	 ((header)&0x0000ffff)
#define PCI_EXT_CAP_VER(header)	 (((header) >> 16) & 0xf)
#define PCI_EXT_CAP_NEXT(header) (((header) >> 20) & 0xffc)

#define PCI_EXT_CAP_ID_ERR	 0x01
#define PCI_EXT_CAP_ID_VC	 0x02
#define PCI_EXT_CAP_ID_DSN	 0x03
#define PCI_EXT_CAP_ID_VNDR	 0x0b
#define PCI_EXT_CAP_ID_ACS	 0x0d
#define PCI_EXT_CAP_ID_ARI	 0x0e
#define PCI_EXT_CAP_ID_ATS	 0x0f
#define PCI_EXT_CAP_ID_SRIOV	 0x10
#define PCI_EXT_CAP_ID_REBAR	 0x15
#define PCI_EXT_CAP_ID_LTR	 0x18

#endif
