package org.betavae.infer;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * A map of a few names, in order, that is gone through without a new object: its only iterator
 * starts anew each time it is asked for. ONNX Runtime goes through two of them in every run. Not
 * safe for threads, and not for two iterations at the same time.
 */
final class NamedValues<V> extends AbstractMap<String, V> {
  private final List<Entry<String, V>> list = new ArrayList<>();
  private final Entries entries = new Entries();
  private final Rewound iterator = new Rewound();

  @Override
  public V put(String name, V value) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).getKey().equals(name)) {
        return list.get(i).setValue(value);
      }
    }
    list.add(new SimpleEntry<>(name, value));
    return null;
  }

  @Override
  public Set<Map.Entry<String, V>> entrySet() {
    return entries;
  }

  private final class Entries extends AbstractSet<Map.Entry<String, V>> {
    @Override
    public Iterator<Map.Entry<String, V>> iterator() {
      iterator.next = 0;
      return iterator;
    }

    @Override
    public int size() {
      return list.size();
    }
  }

  private final class Rewound implements Iterator<Map.Entry<String, V>> {
    private int next;

    @Override
    public boolean hasNext() {
      return next < list.size();
    }

    @Override
    public Map.Entry<String, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException("There are " + list.size() + " values.");
      }
      return list.get(next++);
    }
  }
}
