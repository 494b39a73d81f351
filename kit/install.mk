# SPDX-License-Identifier: BSD-2-Clause
# Installation, and a Debian package of it. kit/install has the list of what goes where.

PREFIX ?= /usr/local

.PHONY: install uninstall deb
install: kit
	DESTDIR='$(DESTDIR)' kit/install install '$(PREFIX)' $(B) $(VERSION)

uninstall:
	DESTDIR='$(DESTDIR)' kit/install uninstall '$(PREFIX)'

deb: kit
	kit/deb $(B) $(VERSION) $(B)/belfry_$(VERSION)_amd64.deb
