package dev.gatehouse.balancer;

/**
 * The same node for the same client address, as long as it is usable: a {@linkplain HashRing ring}. When a node comes or
 * goes, only the clients of about its share move. The hash has no seed, so that all gateways agree.
 */
record ClientIpHash() implements HashStrategy {

    @Override
    public HashPicker newPicker(Setup setup) {
        return new HashRing(setup, HashPicker.Key.ADDRESS, Hashing.NO_SEED);
    }

    @Override
    public String toString() {
        return "clientIpHash";
    }
}
