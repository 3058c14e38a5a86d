package dev.virtferry.migration.options;

/** What becomes of the images that were copied, at the source, after a success. */
public enum SourceVolumes {
  /** They stay. */
  KEEP,
  /** They are deleted once the destination is seen to run on its copies. */
  DELETE
}
