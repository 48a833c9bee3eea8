/* SPDX-License-Identifier: MIT */
/*
 * The ends of a run: off, or anew.
 *
 * Off is ACPI's S5: the sleep types from the DSDT's \_S5 and the enable bit go
 * to the PM1 control registers that the FADT names.  Without ACPI, or where that
 * does nothing, the ports that virtual machines listen at are tried, and then
 * there is nothing left but to halt.
 *
 * Anew goes down a list of ways, each followed by a moment's wait: the FADT's
 * reset register, the chip set's reset port, the keyboard controller's reset
 * line, and a triple fault.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <cairn/acpi.h>
#include <cairn/blockcache.h>
#include <cairn/console.h>
#include <cairn/pci.h>
#include <cairn/start.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/reboot.h>

#define PM1_SCI_EN	  0x0001
#define PM1_SLP_TYP_SHIFT 10
#define PM1_SLP_EN	  0x2000
#define SCI_WAIT_MS	  300

#define RESET_PORT	  0xcf9
#define RESET_HARD	  0x02
#define RESET_NOW	  0x04
#define KEYBOARD_COMMAND  0x64
#define KEYBOARD_BUSY	  0x02
#define KEYBOARD_RESET	  0xfe

#define ACPI_SPACE_MEMORY 0
#define ACPI_SPACE_IO	  1
#define ACPI_SPACE_PCI	  2

/* Time for the hardware to do what it was told. */
#define MOMENT_MS 50

static void say_goodbye(const char *what)
{
	pr_info("cairn: %s\n", what);
	console_flush();
}

/* The PM1 registers answer only in ACPI mode; the firmware switches on request. */
static void enter_acpi_mode(const struct acpi_fadt *fadt)
{
	unsigned int ms;

	if (!fadt->smi_command || !fadt->acpi_enable || inw(fadt->pm1a_control) & PM1_SCI_EN)
		return;
	outb(fadt->acpi_enable, fadt->smi_command);
	for (ms = 0; ms < SCI_WAIT_MS && !(inw(fadt->pm1a_control) & PM1_SCI_EN); ms++)
		mdelay(1);
}

static void acpi_off(const struct acpi_fadt *fadt)
{
	if (!fadt->pm1a_control || !fadt->s5_known)
		return;
	enter_acpi_mode(fadt);
	outw(fadt->s5_type_a << PM1_SLP_TYP_SHIFT | PM1_SLP_EN, fadt->pm1a_control);
	if (fadt->pm1b_control)
		outw(fadt->s5_type_b << PM1_SLP_TYP_SHIFT | PM1_SLP_EN, fadt->pm1b_control);
	mdelay(MOMENT_MS);
}

/* Where the power-management registers of QEMU's machines sit by default. */
static void virtual_machine_off(void)
{
	static const u16 ports[] = {0x604, 0xb004};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		outw(PM1_SLP_EN, ports[i]);
		mdelay(MOMENT_MS);
	}
}

static void sync_disks(void)
{
	if (block_next(NULL) && block_sync(NULL))
		pr_err("cairn: not everything could be written to disk\n");
}

void machine_poweroff(void)
{
	modules_exit();
	sync_disks();
	pci_shutdown();
	say_goodbye("power off");
	local_irq_disable();
	acpi_off(&acpi_info.fadt);
	virtual_machine_off();
	say_goodbye("the machine does not switch itself off; it is safe to do so now");
	arch_halt();
}

static void acpi_reset(const struct acpi_fadt *fadt)
{
	struct pci_dev *dev;
	void __iomem *reg;

	if (!fadt->reset_supported || !fadt->reset_address)
		return;
	switch (fadt->reset_space) {
	case ACPI_SPACE_MEMORY:
		reg = ioremap(fadt->reset_address, 1);
		if (reg)
			writeb(fadt->reset_value, reg);
		break;
	case ACPI_SPACE_IO:
		outb(fadt->reset_value, fadt->reset_address);
		break;
	case ACPI_SPACE_PCI:
		/* Device in bits 47..32, function in 31..16, offset in 15..0, on bus 0. */
		dev = pci_get_domain_bus_and_slot(
			0, 0, PCI_DEVFN(fadt->reset_address >> 32, fadt->reset_address >> 16));
		if (dev)
			pci_write_config_byte(dev, fadt->reset_address & 0xffff, fadt->reset_value);
		break;
	}
	mdelay(MOMENT_MS);
}

static void chip_set_reset(void)
{
	outb(RESET_HARD, RESET_PORT);
	udelay(50);
	outb(RESET_HARD | RESET_NOW, RESET_PORT);
	mdelay(MOMENT_MS);
}

static void keyboard_reset(void)
{
	unsigned int ms;

	for (ms = 0; ms < MOMENT_MS && inb(KEYBOARD_COMMAND) & KEYBOARD_BUSY; ms++)
		mdelay(1);
	outb(KEYBOARD_RESET, KEYBOARD_COMMAND);
	mdelay(MOMENT_MS);
}

/* With no table of handlers the first exception cannot be delivered, nor the second. */
static void triple_fault(void)
{
	static const struct {
		u16 limit;
		u64 base;
	} __packed nothing = {0, 0};

	asm volatile("lidt %0\n\tint3" : : "m"(nothing));
}

void machine_restart(void)
{
	modules_exit();
	sync_disks();
	pci_shutdown();
	say_goodbye("restart");
	local_irq_disable();
	acpi_reset(&acpi_info.fadt);
	chip_set_reset();
	keyboard_reset();
	triple_fault();
	arch_halt();
}
