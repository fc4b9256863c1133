//! The least time that any protocol needs: shortest paths of one-way times over the connections that stand.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::record::{HouseNumber, Micros};

/// The shortest way from one home to every home, by house number (Dijkstra 1959); nothing where there is none.
pub(crate) fn shortest(
    graph: &[Vec<(HouseNumber, Micros)>],
    from: HouseNumber,
) -> Vec<Option<Micros>> {
    let index = |home: HouseNumber| usize::try_from(home.0).unwrap_or(usize::MAX);
    let mut best: Vec<Option<Micros>> = vec![None; graph.len()];
    let mut open = BinaryHeap::from([Reverse((Micros(0), from))]);
    while let Some(Reverse((way, home))) = open.pop() {
        let Some(known) = best.get_mut(index(home)) else {
            continue;
        };
        if known.is_some() {
            continue;
        }
        *known = Some(way);
        for (next, further) in graph.get(index(home)).into_iter().flatten() {
            open.push(Reverse((way.plus(*further), *next)));
        }
    }
    best
}

/// Homes that reach each other over any number of others have one number.
pub(crate) fn islands(graph: &[Vec<(HouseNumber, Micros)>]) -> Vec<usize> {
    let mut islands = vec![usize::MAX; graph.len()];
    for start in 0..graph.len() {
        let mut open = vec![start];
        while let Some(home) = open.pop() {
            match islands.get_mut(home) {
                Some(island) if *island == usize::MAX => *island = start,
                _ => continue,
            }
            let next = graph.get(home).into_iter().flatten();
            open.extend(next.filter_map(|(home, _)| usize::try_from(home.0).ok()));
        }
    }
    islands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_short_hops_beat_a_long_one_and_whoever_is_cut_off_has_no_floor() {
        let edge = |to, ms: u64| (HouseNumber(to), Micros(ms * 1_000));
        let graph = [
            vec![edge(1, 10), edge(2, 30)],
            vec![edge(0, 10), edge(2, 12)],
            vec![edge(0, 30), edge(1, 12)],
            vec![],
        ];
        assert_eq!(islands(&graph), [0, 0, 0, 3]);
        let ms = |ms: u64| Some(Micros(ms * 1_000));
        assert_eq!(
            shortest(&graph, HouseNumber(0)),
            [ms(0), ms(10), ms(22), None]
        );
    }
}
