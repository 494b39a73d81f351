# SPDX-License-Identifier: BSD-2-Clause
# The pictures of docs/performance.md, from what plots.py wrote into the folder `data`, into the folder
# `to`. Without a background, in colours that can be read on a light one and on a dark one.
grey = "#808080"
array colours[7] = ["#3b78c4", "#c0504d", "#d98c3a", "#3a9a4a", "#8f6bc0", "#4aa5a5", "#a08050"]

set border 3 lc rgb grey
set tics nomirror textcolor rgb grey
set key textcolor rgb grey
set ylabel textcolor rgb grey
set xlabel textcolor rgb grey
set grid ytics lc rgb grey lw 0.3
set term svg size 860,420 font "sans-serif,13"

# ---- what operations cost ----
set output to."/performance-costs.svg"
set logscale y
set yrange [10:4000]
set ylabel "instructions"
set boxwidth 0.9
set style fill solid 1 noborder
set xtics scale 0
set key outside top center horizontal
plot for [i=0:6] data."/costs.dat" index i using 1:2 with boxes lc rgb colours[i+1] title columnheader(1), \
     for [i=0:6] data."/costs.dat" index i using 1:2:2 with labels offset 0,0.6 font ",11" tc rgb grey notitle, \
     data."/titles.dat" using 1:(10):xtic(2) with points pt 0 lc rgb grey notitle

# ---- what an interrupt costs by the number of vCPUs ----
set output to."/performance-raise.svg"
set logscale x 2
set yrange [0.7:200]
set xrange [0.95:70]
set xtics (1, 2, 4, 8, 16, 32, 64) scale 0.5
set xlabel "vCPUs"
set ylabel "cycles; 1: the core, one vCPU"
set key inside top left vertical Left reverse
plot data."/raise.dat" index 0 using 1:4 with linespoints lw 2 pt 7 lc rgb colours[2] title "scan of 16 slots each, one registered", \
     data."/raise.dat" index 1 using 1:4 with linespoints lw 2 pt 6 dt 2 lc rgb colours[2] title "scan of 16 slots each, all registered", \
     data."/raise.dat" index 1 using 1:3 with linespoints lw 2 pt 6 dt 2 lc rgb colours[1] title "Belfry's core, all registered", \
     data."/raise.dat" index 0 using 1:3 with linespoints lw 2 pt 7 lc rgb colours[1] title "Belfry's core, one registered"
