/** The gateway inside a servlet container: a filter, for any container of Jakarta Servlet 6. */
@NullMarked
package dev.gatehouse.servlet;

import org.jspecify.annotations.NullMarked;
