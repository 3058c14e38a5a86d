@NullMarked
package dev.virtferry.access.web;

import org.jspecify.annotations.NullMarked;
