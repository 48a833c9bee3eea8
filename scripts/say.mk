# SPDX-License-Identifier: MIT
# How every Makefile of the tree runs and what it prints: V=1 shows the commands, -s shows nothing.
MAKEFLAGS += -rR --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := bash

V	?= 0
Q := $(if $(filter 1,$(V)),,@)
silent := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say = $(if $(silent),@:,@printf '  %-8s %s\n' '$(1)' '$(2)')
