package dev.virtferry.migration.truth;

/** All of {@link EveryPairTest}, which takes half a minute of a processor. */
class EveryPairIT extends EveryPairTest {

  @Override
  int step() {
    return 1;
  }
}
