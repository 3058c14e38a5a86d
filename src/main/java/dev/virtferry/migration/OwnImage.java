package dev.virtferry.migration;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;

/**
 * An image that a migration leaves behind and that is its domain's own, for as long as nobody
 * changes it.
 *
 * @param mark how it looked when it was left
 */
public record OwnImage(ImageName name, VolumeMark mark) {}
