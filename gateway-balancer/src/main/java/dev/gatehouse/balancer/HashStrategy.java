package dev.gatehouse.balancer;

/** A strategy that hashes: its picker can say where a call goes if the node that comes first has no room. */
interface HashStrategy extends Strategy {

    @Override
    HashPicker newPicker(Setup setup);
}
