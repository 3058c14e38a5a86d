@NullMarked
package dev.virtferry.sql;

import org.jspecify.annotations.NullMarked;
