<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh" sourcelanguage="en">
 <context>
  <name>labctl</name>
  <message>
   <source>&amp;File</source>
   <translation>文件(&amp;F)</translation>
  </message>
  <message>
   <source>&amp;Help</source>
   <translation>帮助(&amp;H)</translation>
  </message>
  <message>
   <source>&amp;Look in:</source>
   <translation>查找范围(&amp;L)：</translation>
  </message>
  <message>
   <source>&amp;Run</source>
   <translation>运行(&amp;R)</translation>
  </message>
  <message>
   <source>&amp;View</source>
   <translation>视图(&amp;V)</translation>
  </message>
  <message>
   <source>0 V on {sources}</source>
   <translation>{sources} 上为 0 V</translation>
  </message>
  <message>
   <source>0: train all cycles</source>
   <translation>0：训练全部周期</translation>
  </message>
  <message>
   <source>1 run was cut short; Recover stores what was committed.</source>
   <translation>1 次运行被中断；“恢复”可保存已提交的数据。</translation>
  </message>
  <message>
   <source>A marker needs a run under way.</source>
   <translation>只有运行进行时才能做标记。</translation>
  </message>
  <message>
   <source>A mistake of labctl</source>
   <translation>labctl 的错误</translation>
  </message>
  <message>
   <source>A run is under way</source>
   <translation>运行正在进行</translation>
  </message>
  <message>
   <source>A run is under way.</source>
   <translation>运行正在进行。</translation>
  </message>
  <message>
   <source>A run is under way; the bench can be checked after it.</source>
   <translation>运行正在进行；结束后才能检查实验台。</translation>
  </message>
  <message>
   <source>ABORTED</source>
   <translation>已中止</translation>
  </message>
  <message>
   <source>ARMED</source>
   <translation>就绪</translation>
  </message>
  <message>
   <source>Abort</source>
   <translation>中止</translation>
  </message>
  <message>
   <source>Add a row</source>
   <translation>添加一行</translation>
  </message>
  <message>
   <source>Add a row: {table}</source>
   <translation>添加一行：{table}</translation>
  </message>
  <message>
   <source>Add this experiment</source>
   <translation>添加此实验</translation>
  </message>
  <message>
   <source>Another experiment than the last run, {run}.</source>
   <translation>与上次运行 {run} 的实验不同。</translation>
  </message>
  <message>
   <source>As it is in the experiment panel now.</source>
   <translation>按实验面板中的当前内容。</translation>
  </message>
  <message>
   <source>Ask every instrument, switch the supply on and compare it with the meter, charge the gates anew and test the wires. What the board has learned is lost. Ends in the safe state.</source>
   <translation>询问每台仪器，接通电源并与电压表比对，重新给栅极充电并测试接线。电路板学到的内容会丢失。最后回到安全状态。</translation>
  </message>
  <message>
   <source>Back to live</source>
   <translation>返回实时</translation>
  </message>
  <message>
   <source>Begins with the run.</source>
   <translation>运行开始后显示。</translation>
  </message>
  <message>
   <source>Bench</source>
   <translation>实验台</translation>
  </message>
  <message>
   <source>CHECKING</source>
   <translation>检查中</translation>
  </message>
  <message>
   <source>CHECKING THE BENCH</source>
   <translation>正在检查实验台</translation>
  </message>
  <message>
   <source>COMPLETED</source>
   <translation>已完成</translation>
  </message>
  <message>
   <source>CONNECTING</source>
   <translation>连接中</translation>
  </message>
  <message>
   <source>Calibrations</source>
   <translation>校准</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>取消</translation>
  </message>
  <message>
   <source>Check bench</source>
   <translation>检查实验台</translation>
  </message>
  <message>
   <source>Check everything; nothing moves.</source>
   <translation>检查一切；不驱动任何东西。</translation>
  </message>
  <message>
   <source>Checking …</source>
   <translation>检查中 …</translation>
  </message>
  <message>
   <source>Clamp and pulse, overclamping</source>
   <translation>钳位与脉冲（过钳位）</translation>
  </message>
  <message>
   <source>Clamp and pulse, standard</source>
   <translation>钳位与脉冲（标准）</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>关闭</translation>
  </message>
  <message>
   <source>Close the window</source>
   <translation>关闭窗口</translation>
  </message>
  <message>
   <source>Close; the run goes on</source>
   <translation>关闭；运行继续</translation>
  </message>
  <message>
   <source>Compare</source>
   <translation>比较</translation>
  </message>
  <message>
   <source>Compare chosen runs</source>
   <translation>比较所选运行</translation>
  </message>
  <message>
   <source>Compare {n} runs</source>
   <translation>比较 {n} 次运行</translation>
  </message>
  <message>
   <source>DO NOT TOUCH</source>
   <translation>禁止触摸</translation>
  </message>
  <message>
   <source>Decision map</source>
   <translation>决策图</translation>
  </message>
  <message>
   <source>Discard them</source>
   <translation>放弃更改</translation>
  </message>
  <message>
   <source>Doses as measured on a bench, or none</source>
   <translation>按实验台测得的剂量，或无</translation>
  </message>
  <message>
   <source>Draw the figures of every run</source>
   <translation>为每次运行绘制图表</translation>
  </message>
  <message>
   <source>Draws the board, its noise and the initial gates.</source>
   <translation>决定电路板、噪声和初始栅极电压的随机抽取。</translation>
  </message>
  <message>
   <source>EMERGENCY OFF</source>
   <translation>紧急断开</translation>
  </message>
  <message>
   <source>EMERGENCY OFF: {why}</source>
   <translation>紧急断开：{why}</translation>
  </message>
  <message>
   <source>Earlier</source>
   <translation>提前</translation>
  </message>
  <message>
   <source>Edge on the horizontal axis</source>
   <translation>横轴上的边</translation>
  </message>
  <message>
   <source>Edge on the vertical axis</source>
   <translation>纵轴上的边</translation>
  </message>
  <message>
   <source>Edges and positions of a graph are edited in the file.</source>
   <translation>图的边和位置在文件中编辑。</translation>
  </message>
  <message>
   <source>Eight points on a circle of diameter ε in two halves: the classification of Fig. 5, arXiv:2505.22887.</source>
   <translation>直径为 ε 的圆上八个点分成两半：arXiv:2505.22887 图 5 的分类任务。</translation>
  </message>
  <message>
   <source>Energise {bench} and check it? The supply is switched on and the gates are charged anew: what the board has learned is lost.</source>
   <translation>给 {bench} 通电并检查吗？电源会接通，栅极会重新充电：电路板学到的内容会丢失。</translation>
  </message>
  <message>
   <source>Energise {bench} and start?</source>
   <translation>给 {bench} 通电并开始？</translation>
  </message>
  <message>
   <source>Error against learning time, and what differs</source>
   <translation>误差随学习时间的变化，以及不同之处</translation>
  </message>
  <message>
   <source>Error and accuracy</source>
   <translation>误差与准确率</translation>
  </message>
  <message>
   <source>Errors of the runs</source>
   <translation>各次运行的误差</translation>
  </message>
  <message>
   <source>Events of the run</source>
   <translation>运行事件</translation>
  </message>
  <message>
   <source>Every dose is zero: the ideal board.</source>
   <translation>所有剂量为零：理想电路板。</translation>
  </message>
  <message>
   <source>Everybody answered at the preflight.</source>
   <translation>预检时所有仪器均有应答。</translation>
  </message>
  <message>
   <source>Examples and files opened lately</source>
   <translation>示例和最近打开的文件</translation>
  </message>
  <message>
   <source>Exclusive or: no linear network can do it, a network of transistors can.</source>
   <translation>异或：线性网络做不到，晶体管网络可以。</translation>
  </message>
  <message>
   <source>Experiment</source>
   <translation>实验</translation>
  </message>
  <message>
   <source>Experiment file, TOML</source>
   <translation>实验文件（TOML）</translation>
  </message>
  <message>
   <source>Experiment menu</source>
   <translation>实验菜单</translation>
  </message>
  <message>
   <source>Export as {kind} …</source>
   <translation>导出为 {kind} …</translation>
  </message>
  <message>
   <source>Export {view}</source>
   <translation>导出{view}</translation>
  </message>
  <message>
   <source>Export …</source>
   <translation>导出 …</translation>
  </message>
  <message>
   <source>FAILED</source>
   <translation>失败</translation>
  </message>
  <message>
   <source>FAULT</source>
   <translation>故障</translation>
  </message>
  <message>
   <source>Faults</source>
   <translation>故障</translation>
  </message>
  <message>
   <source>File</source>
   <translation>文件</translation>
  </message>
  <message>
   <source>Files of &amp;type:</source>
   <translation>文件类型(&amp;T)：</translation>
  </message>
  <message>
   <source>Find a run</source>
   <translation>查找运行</translation>
  </message>
  <message>
   <source>Follow the run again, all of it.</source>
   <translation>重新跟随整个运行。</translation>
  </message>
  <message>
   <source>Form or file</source>
   <translation>表单或文件</translation>
  </message>
  <message>
   <source>Four points whose labels a teacher network gave: the task on which training methods are compared.</source>
   <translation>四个点，标签由教师网络给出：用来比较训练方法的任务。</translation>
  </message>
  <message>
   <source>Freeze all plots</source>
   <translation>冻结所有图</translation>
  </message>
  <message>
   <source>Freeze {view}</source>
   <translation>冻结{view}</translation>
  </message>
  <message>
   <source>Gates and conductances</source>
   <translation>栅极与电导</translation>
  </message>
  <message>
   <source>Gates and pulses</source>
   <translation>栅极与脉冲</translation>
  </message>
  <message>
   <source>Gates of the runs</source>
   <translation>各次运行的栅极</translation>
  </message>
  <message>
   <source>HARDWARE</source>
   <translation>硬件</translation>
  </message>
  <message>
   <source>Heat map</source>
   <translation>热图</translation>
  </message>
  <message>
   <source>Hide {view}</source>
   <translation>隐藏{view}</translation>
  </message>
  <message>
   <source>Hold this view still; the run goes on.</source>
   <translation>保持此视图不变；运行继续。</translation>
  </message>
  <message>
   <source>IDLE</source>
   <translation>空闲</translation>
  </message>
  <message>
   <source>Imperfections</source>
   <translation>不完美性</translation>
  </message>
  <message>
   <source>Imperfections of the simulated board</source>
   <translation>模拟电路板的不完美性</translation>
  </message>
  <message>
   <source>Instruments</source>
   <translation>仪器</translation>
  </message>
  <message>
   <source>It is written into the run's events. Start stays off without it.</source>
   <translation>写入运行事件。不填写则不能开始。</translation>
  </message>
  <message>
   <source>Keyboard shortcuts</source>
   <translation>键盘快捷键</translation>
  </message>
  <message>
   <source>Kind of network</source>
   <translation>网络类型</translation>
  </message>
  <message>
   <source>LIVE</source>
   <translation>带电</translation>
  </message>
  <message>
   <source>Label servo</source>
   <translation>标签伺服</translation>
  </message>
  <message>
   <source>Lattice</source>
   <translation>晶格</translation>
  </message>
  <message>
   <source>Learning</source>
   <translation>学习</translation>
  </message>
  <message>
   <source>Let go of chosen edges</source>
   <translation>取消所选的边</translation>
  </message>
  <message>
   <source>Load an experiment and run the preflight first.</source>
   <translation>请先载入实验并进行预检。</translation>
  </message>
  <message>
   <source>Logarithmic time axis</source>
   <translation>对数时间轴</translation>
  </message>
  <message>
   <source>Mark this moment by a name; it is drawn in the plots and kept with the run.</source>
   <translation>给此刻起一个名字；它画在图中，并与运行一起保存。</translation>
  </message>
  <message>
   <source>Marker</source>
   <translation>标记</translation>
  </message>
  <message>
   <source>Method</source>
   <translation>方法</translation>
  </message>
  <message>
   <source>Move the chosen one up.</source>
   <translation>将所选项上移。</translation>
  </message>
  <message>
   <source>NO BENCH YET</source>
   <translation>尚无实验台</translation>
  </message>
  <message>
   <source>NOT KNOWN</source>
   <translation>未知</translation>
  </message>
  <message>
   <source>NOT READY</source>
   <translation>未就绪</translation>
  </message>
  <message>
   <source>Name of this moment, cycle {cycle}:</source>
   <translation>此刻的名称，第 {cycle} 周期：</translation>
  </message>
  <message>
   <source>Name, tags, method, bench, task, imperfections</source>
   <translation>名称、标签、方法、实验台、任务、缺陷</translation>
  </message>
  <message>
   <source>Network</source>
   <translation>网络</translation>
  </message>
  <message>
   <source>Network and task</source>
   <translation>网络与任务</translation>
  </message>
  <message>
   <source>Network and task of the experiment</source>
   <translation>实验的网络与任务</translation>
  </message>
  <message>
   <source>No file manager opened; the run is in {folder}</source>
   <translation>没有打开文件管理器；运行在 {folder}</translation>
  </message>
  <message>
   <source>Not checked yet.</source>
   <translation>尚未检查。</translation>
  </message>
  <message>
   <source>Not checked yet. Preflight moves nothing.</source>
   <translation>尚未检查。预检不驱动任何东西。</translation>
  </message>
  <message>
   <source>Note</source>
   <translation>记录</translation>
  </message>
  <message>
   <source>Notes</source>
   <translation>记录</translation>
  </message>
  <message>
   <source>Open</source>
   <translation>打开</translation>
  </message>
  <message>
   <source>Open folder</source>
   <translation>打开文件夹</translation>
  </message>
  <message>
   <source>Open …</source>
   <translation>打开 …</translation>
  </message>
  <message>
   <source>Open, save, undo, redo</source>
   <translation>打开、保存、撤销、重做</translation>
  </message>
  <message>
   <source>Outputs</source>
   <translation>输出</translation>
  </message>
  <message>
   <source>PAUSED</source>
   <translation>已暂停</translation>
  </message>
  <message>
   <source>PREFLIGHT</source>
   <translation>预检</translation>
  </message>
  <message>
   <source>Pause after this block</source>
   <translation>本块结束后暂停</translation>
  </message>
  <message>
   <source>Pause, Resume</source>
   <translation>暂停，继续</translation>
  </message>
  <message>
   <source>Phase plane</source>
   <translation>相平面</translation>
  </message>
  <message>
   <source>Points on a circle</source>
   <translation>圆上的点</translation>
  </message>
  <message>
   <source>Pop out or back: {view}</source>
   <translation>弹出或收回：{view}</translation>
  </message>
  <message>
   <source>Preflight</source>
   <translation>预检</translation>
  </message>
  <message>
   <source>Preset of imperfections</source>
   <translation>不完美性预设</translation>
  </message>
  <message>
   <source>Progress of the run</source>
   <translation>运行进度</translation>
  </message>
  <message>
   <source>Quantity of the heat map</source>
   <translation>热图的量</translation>
  </message>
  <message>
   <source>Quantity of the traces</source>
   <translation>曲线的量</translation>
  </message>
  <message>
   <source>Queue</source>
   <translation>队列</translation>
  </message>
  <message>
   <source>Queue of experiments</source>
   <translation>实验队列</translation>
  </message>
  <message>
   <source>RUNNING</source>
   <translation>运行中</translation>
  </message>
  <message>
   <source>Readings</source>
   <translation>读数</translation>
  </message>
  <message>
   <source>Ready. Everything was checked, nothing has moved.</source>
   <translation>就绪。一切已检查，未驱动任何东西。</translation>
  </message>
  <message>
   <source>Reason to start all the same</source>
   <translation>仍要开始的理由</translation>
  </message>
  <message>
   <source>Recording</source>
   <translation>记录设置</translation>
  </message>
  <message>
   <source>Recover</source>
   <translation>恢复</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>重做</translation>
  </message>
  <message>
   <source>Remove</source>
   <translation>移除</translation>
  </message>
  <message>
   <source>Remove the chosen row</source>
   <translation>删除选中的行</translation>
  </message>
  <message>
   <source>Remove the chosen row: {table}</source>
   <translation>删除选中的行：{table}</translation>
  </message>
  <message>
   <source>Results and settings that differ</source>
   <translation>不同的结果与设置</translation>
  </message>
  <message>
   <source>Resume</source>
   <translation>继续</translation>
  </message>
  <message>
   <source>Run again</source>
   <translation>再次运行</translation>
  </message>
  <message>
   <source>Run one after another</source>
   <translation>依次运行</translation>
  </message>
  <message>
   <source>Run the preflight first.</source>
   <translation>请先进行预检。</translation>
  </message>
  <message>
   <source>Runs</source>
   <translation>运行记录</translation>
  </message>
  <message>
   <source>SAFE</source>
   <translation>安全</translation>
  </message>
  <message>
   <source>SAFE TO TOUCH</source>
   <translation>可安全触摸</translation>
  </message>
  <message>
   <source>SIMULATOR</source>
   <translation>模拟器</translation>
  </message>
  <message>
   <source>STOPPED</source>
   <translation>已停止</translation>
  </message>
  <message>
   <source>STOPPING</source>
   <translation>停止中</translation>
  </message>
  <message>
   <source>STORING</source>
   <translation>保存中</translation>
  </message>
  <message>
   <source>Samples</source>
   <translation>采样</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>保存</translation>
  </message>
  <message>
   <source>Save as PNG, SVG or CSV.</source>
   <translation>保存为 PNG、SVG 或 CSV。</translation>
  </message>
  <message>
   <source>Save as …</source>
   <translation>另存为 …</translation>
  </message>
  <message>
   <source>Search runs</source>
   <translation>搜索运行</translation>
  </message>
  <message>
   <source>Seed</source>
   <translation>种子</translation>
  </message>
  <message>
   <source>Settings</source>
   <translation>设置</translation>
  </message>
  <message>
   <source>Settings of the experiment</source>
   <translation>实验设置</translation>
  </message>
  <message>
   <source>Show everything</source>
   <translation>显示全部</translation>
  </message>
  <message>
   <source>Show its files.</source>
   <translation>显示其文件。</translation>
  </message>
  <message>
   <source>Show the run in the plots.</source>
   <translation>在图中显示该运行。</translation>
  </message>
  <message>
   <source>Since the last run, {run}:</source>
   <translation>自上次运行 {run} 以来：</translation>
  </message>
  <message>
   <source>Sources</source>
   <translation>信号源</translation>
  </message>
  <message>
   <source>Sources and clamps</source>
   <translation>源与钳位</translation>
  </message>
  <message>
   <source>Start</source>
   <translation>开始</translation>
  </message>
  <message>
   <source>Start what the preflight checked.</source>
   <translation>开始预检过的内容。</translation>
  </message>
  <message>
   <source>Started from the queue: {name}</source>
   <translation>从队列开始：{name}</translation>
  </message>
  <message>
   <source>Starting …</source>
   <translation>正在开始 …</translation>
  </message>
  <message>
   <source>Status of the runs</source>
   <translation>运行状态</translation>
  </message>
  <message>
   <source>Stop and keep</source>
   <translation>停止并保存</translation>
  </message>
  <message>
   <source>Stop and keep, then close</source>
   <translation>停止并保存，然后关闭</translation>
  </message>
  <message>
   <source>Store what was committed of runs whose engine died.</source>
   <translation>保存引擎已终止的运行中已提交的数据。</translation>
  </message>
  <message>
   <source>Stored run, not live: {title}</source>
   <translation>已存储的运行，非实时：{title}</translation>
  </message>
  <message>
   <source>Switch the board's supply off by hand.</source>
   <translation>请手动关闭电路板的电源。</translation>
  </message>
  <message>
   <source>THE BENCH MAY NOT BE SAFE, switch its supply off by hand: {why}</source>
   <translation>实验台可能不安全，请手动断开其电源：{why}</translation>
  </message>
  <message>
   <source>Tags</source>
   <translation>标签</translation>
  </message>
  <message>
   <source>Tags of {n} runs, parted by commas:</source>
   <translation>{n} 次运行的标签，用逗号分隔：</translation>
  </message>
  <message>
   <source>Tags …</source>
   <translation>标签 …</translation>
  </message>
  <message>
   <source>Take its settings into the experiment panel.</source>
   <translation>将其设置载入实验面板。</translation>
  </message>
  <message>
   <source>Take the chosen one out.</source>
   <translation>移除所选项。</translation>
  </message>
  <message>
   <source>Task</source>
   <translation>任务</translation>
  </message>
  <message>
   <source>Test data</source>
   <translation>测试数据</translation>
  </message>
  <message>
   <source>The bench is being checked; wait for its end.</source>
   <translation>正在检查实验台；请等待结束。</translation>
  </message>
  <message>
   <source>The bench is ready, and it was left safe.</source>
   <translation>实验台就绪，并已置于安全状态。</translation>
  </message>
  <message>
   <source>The block in hand is broken off and the bench is made safe now. If the engine has not done it within a second, it is killed and the guardian does it. Committed cycles are kept; those of the broken block are lost.</source>
   <translation>立即中断当前块并使实验台安全。若引擎一秒内未完成，则将其终止并由守护进程完成。已提交的周期保留；被中断块的周期丢失。</translation>
  </message>
  <message>
   <source>The block in hand is finished, the decision map is measured, the bench is made safe. Everything recorded is kept, and the run can be resumed later.</source>
   <translation>完成当前块，测量决策图，使实验台安全。所有记录均保留，之后可继续该运行。</translation>
  </message>
  <message>
   <source>The block in hand is finished, then nothing more is trained until Resume. The gates hold what they have learned; they leak a little meanwhile.</source>
   <translation>完成当前块，之后在继续之前不再训练。栅极保持所学内容；期间会有少量泄漏。</translation>
  </message>
  <message>
   <source>The block in hand is finished, then the bench is made safe at once, without a last measurement. Everything recorded until then is kept, and the run can be resumed later.</source>
   <translation>完成当前块后立即使实验台安全，不做最后测量。此前的记录均保留，之后可继续该运行。</translation>
  </message>
  <message>
   <source>The board as wired</source>
   <translation>电路板接线图</translation>
  </message>
  <message>
   <source>The check died, and what the bench holds is not known. {said}</source>
   <translation>检查进程意外终止，实验台的状态未知。{said}</translation>
  </message>
  <message>
   <source>The check was broken off before anything was energised.</source>
   <translation>检查在通电之前已中断。</translation>
  </message>
  <message>
   <source>The check was broken off; the guardian made the bench safe: {parts}.</source>
   <translation>检查已中断；守护进程已使实验台安全：{parts}。</translation>
  </message>
  <message>
   <source>The circle of eight points as the published Fig. 5 runs have it (arXiv:2505.22887), at every diameter ε.</source>
   <translation>已发表的图 5 运行（arXiv:2505.22887）所用的八点圆，适用于每个直径 ε。</translation>
  </message>
  <message>
   <source>The file's values of single edges are used as they are.</source>
   <translation>文件中各边的数值按原样使用。</translation>
  </message>
  <message>
   <source>The guardian could not make the bench safe: {why}</source>
   <translation>守护进程未能使实验台安全：{why}</translation>
  </message>
  <message>
   <source>The language changes when the window is opened again.</source>
   <translation>重新打开窗口后语言生效。</translation>
  </message>
  <message>
   <source>The next one starts when the last has ended well and its preflight is green.</source>
   <translation>上一个正常结束且预检通过后，下一个自动开始。</translation>
  </message>
  <message>
   <source>The preflight has warnings: write a reason to start all the same.</source>
   <translation>预检有警告：请写明仍要开始的理由。</translation>
  </message>
  <message>
   <source>The published nonlinear regression: a line that bends over into a plateau.</source>
   <translation>已发表的非线性回归：一条弯成平台的直线。</translation>
  </message>
  <message>
   <source>The queue of an older labctl could not be read and is empty now.</source>
   <translation>旧版 labctl 保存的队列无法读取，现已清空。</translation>
  </message>
  <message>
   <source>The queue waits: the last run was {how}.</source>
   <translation>队列等待：上次运行{how}。</translation>
  </message>
  <message>
   <source>The queue waits: {why}.</source>
   <translation>队列等待：{why}。</translation>
  </message>
  <message>
   <source>The same settings as the last run, {run}.</source>
   <translation>与上次运行 {run} 的设置相同。</translation>
  </message>
  <message>
   <source>The simulator has no instruments; its board is drawn by seed and imperfections.</source>
   <translation>模拟器没有仪器；其电路板由种子和不完美性抽取。</translation>
  </message>
  <message>
   <source>The simulator is compiled at first use, up to half a minute, once.</source>
   <translation>模拟器首次使用时编译，最多半分钟，仅一次。</translation>
  </message>
  <message>
   <source>The simulator, or a bench file</source>
   <translation>模拟器或实验台文件</translation>
  </message>
  <message>
   <source>The twin catches up …</source>
   <translation>孪生板正在追赶 …</translation>
  </message>
  <message>
   <source>The twin has ended without a word.</source>
   <translation>孪生进程已结束，没有任何结果。</translation>
  </message>
  <message>
   <source>The window made a mistake: {line}
A run under way is stopped and kept, the bench is made safe. Please report this.</source>
   <translation>窗口出现错误：{line}
正在进行的运行已停止并保存，实验台已置于安全状态。请报告此问题。</translation>
  </message>
  <message>
   <source>Theme</source>
   <translation>主题</translation>
  </message>
  <message>
   <source>This board has no twin yet. Make one with {command}</source>
   <translation>此板尚无孪生板。创建命令：{command}</translation>
  </message>
  <message>
   <source>This task has no plane of two inputs.</source>
   <translation>此任务没有两个输入构成的平面。</translation>
  </message>
  <message>
   <source>Timing</source>
   <translation>时序</translation>
  </message>
  <message>
   <source>Training</source>
   <translation>训练</translation>
  </message>
  <message>
   <source>Training data</source>
   <translation>训练数据</translation>
  </message>
  <message>
   <source>Training goes on with the next cycle. Nothing is repeated, nothing is skipped.</source>
   <translation>从下一周期继续训练。不重复，不跳过。</translation>
  </message>
  <message>
   <source>Transistors</source>
   <translation>晶体管</translation>
  </message>
  <message>
   <source>Twin</source>
   <translation>孪生板</translation>
  </message>
  <message>
   <source>Two data points trained in turn, period τ: the limit cycle and erasure of arXiv:2505.22887.</source>
   <translation>两个数据点轮流训练，周期 τ：arXiv:2505.22887 的极限环与擦除。</translation>
  </message>
  <message>
   <source>Two tasks in turn on the two-edge board: bowtie, error floor and drift of arXiv:2505.22887.</source>
   <translation>双边板上两个任务轮流训练：arXiv:2505.22887 的蝴蝶结、误差下限与漂移。</translation>
  </message>
  <message>
   <source>Two to eight runs, laid over each other.</source>
   <translation>将两到八次运行叠加显示。</translation>
  </message>
  <message>
   <source>Two-edge board</source>
   <translation>双边板</translation>
  </message>
  <message>
   <source>Type a number with its unit, such as 100 us or 0.1 ms.</source>
   <translation>输入带单位的数字，例如 100 us 或 0.1 ms。</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>撤销</translation>
  </message>
  <message>
   <source>Unsaved changes</source>
   <translation>未保存的更改</translation>
  </message>
  <message>
   <source>Usual layout</source>
   <translation>默认布局</translation>
  </message>
  <message>
   <source>What can be done with the chosen runs</source>
   <translation>对所选运行可做的操作</translation>
  </message>
  <message>
   <source>What shall become of the run?</source>
   <translation>如何处理该运行？</translation>
  </message>
  <message>
   <source>What was checked</source>
   <translation>检查内容</translation>
  </message>
  <message>
   <source>Which node voltages</source>
   <translation>显示哪些节点电压</translation>
  </message>
  <message>
   <source>Which output</source>
   <translation>哪个输出</translation>
  </message>
  <message>
   <source>Which run is which</source>
   <translation>图例：各运行</translation>
  </message>
  <message>
   <source>Words to find the chosen runs again by.</source>
   <translation>用于再次找到所选运行的词。</translation>
  </message>
  <message>
   <source>Write a note</source>
   <translation>写记录</translation>
  </message>
  <message>
   <source>Write a reason and check again to start all the same.</source>
   <translation>写下理由并再次检查，即可仍然开始。</translation>
  </message>
  <message>
   <source>Write its data as CSV tables.</source>
   <translation>将其数据写为 CSV 表。</translation>
  </message>
  <message>
   <source>Write the note</source>
   <translation>写入记录</translation>
  </message>
  <message>
   <source>Written into the run's events at the present cycle.</source>
   <translation>以当前周期写入运行事件。</translation>
  </message>
  <message>
   <source>a bench that is energised is started by hand</source>
   <translation>会通电的实验台须手动开始</translation>
  </message>
  <message>
   <source>a capacitance such as "22 uF"</source>
   <translation>电容，例如 "22 uF"</translation>
  </message>
  <message>
   <source>a current such as "0.2 A"</source>
   <translation>电流，例如 "0.2 A"</translation>
  </message>
  <message>
   <source>a frequency such as "1 kHz"</source>
   <translation>频率，例如 "1 kHz"</translation>
  </message>
  <message>
   <source>a label is not shifted further than this</source>
   <translation>标签的移动不超过此值</translation>
  </message>
  <message>
   <source>a learning rate such as "1377 1/(V*s)"</source>
   <translation>学习率，例如 "1377 1/(V*s)"</translation>
  </message>
  <message>
   <source>a number per volt such as "0.012 1/V"</source>
   <translation>每伏的数，例如 "0.012 1/V"</translation>
  </message>
  <message>
   <source>a plain number or a percentage such as "2 %"</source>
   <translation>纯数或百分数，例如 "2 %"</translation>
  </message>
  <message>
   <source>a quantity in {unit}</source>
   <translation>以 {unit} 为单位的量</translation>
  </message>
  <message>
   <source>a rate such as "0.4 V/s"</source>
   <translation>速率，例如 "0.4 V/s"</translation>
  </message>
  <message>
   <source>a resistance such as "500 ohm"</source>
   <translation>电阻，例如 "500 ohm"</translation>
  </message>
  <message>
   <source>a strength such as "8.5e-4 A/V^2"</source>
   <translation>强度，例如 "8.5e-4 A/V^2"</translation>
  </message>
  <message>
   <source>a time such as "100 us"</source>
   <translation>时间，例如 "100 us"</translation>
  </message>
  <message>
   <source>a voltage such as "18.1 mV"</source>
   <translation>电压，例如 "18.1 mV"</translation>
  </message>
  <message>
   <source>aborted</source>
   <translation>已中止</translation>
  </message>
  <message>
   <source>about {hours} h {minutes} min</source>
   <translation>约 {hours} 小时 {minutes} 分</translation>
  </message>
  <message>
   <source>about {minutes} min</source>
   <translation>约 {minutes} 分钟</translation>
  </message>
  <message>
   <source>about {seconds} s</source>
   <translation>约 {seconds} 秒</translation>
  </message>
  <message>
   <source>accuracy</source>
   <translation>准确率</translation>
  </message>
  <message>
   <source>accuracy (%)</source>
   <translation>准确率 (%)</translation>
  </message>
  <message>
   <source>adc gain</source>
   <translation>ADC 增益</translation>
  </message>
  <message>
   <source>adc noise</source>
   <translation>ADC 噪声</translation>
  </message>
  <message>
   <source>adc offset</source>
   <translation>ADC 偏移</translation>
  </message>
  <message>
   <source>adc step</source>
   <translation>ADC 步长</translation>
  </message>
  <message>
   <source>address</source>
   <translation>地址</translation>
  </message>
  <message>
   <source>address line {bit}</source>
   <translation>地址线 {bit}</translation>
  </message>
  <message>
   <source>all cycles trained</source>
   <translation>全部周期已训练</translation>
  </message>
  <message>
   <source>all right</source>
   <translation>全部正常</translation>
  </message>
  <message>
   <source>allostery</source>
   <translation>变构</translation>
  </message>
  <message>
   <source>amplitude</source>
   <translation>幅度</translation>
  </message>
  <message>
   <source>amplitude of a slow drift common to all thresholds; its phase is drawn</source>
   <translation>所有阈值共同缓慢漂移的幅度；相位随机</translation>
  </message>
  <message>
   <source>an output this close to its label counts as right</source>
   <translation>输出与标签相差在此之内即为正确</translation>
  </message>
  <message>
   <source>anti</source>
   <translation>反钳位</translation>
  </message>
  <message>
   <source>any status</source>
   <translation>任何状态</translation>
  </message>
  <message>
   <source>anywhere</source>
   <translation>任何位置</translation>
  </message>
  <message>
   <source>armed</source>
   <translation>就绪</translation>
  </message>
  <message>
   <source>as emulated</source>
   <translation>同仿真器</translation>
  </message>
  <message>
   <source>as in run {run}</source>
   <translation>同运行 {run}</translation>
  </message>
  <message>
   <source>as in {bench}</source>
   <translation>同 {bench}</translation>
  </message>
  <message>
   <source>as measured on {bench}</source>
   <translation>按 {bench} 的实测</translation>
  </message>
  <message>
   <source>as measured, from a file …</source>
   <translation>按测量值，来自文件 …</translation>
  </message>
  <message>
   <source>as on the bench</source>
   <translation>同实验台</translation>
  </message>
  <message>
   <source>as the system</source>
   <translation>跟随系统</translation>
  </message>
  <message>
   <source>as the twin says, {share} of the span off</source>
   <translation>与孪生板一致，偏差为量程的 {share}</translation>
  </message>
  <message>
   <source>asked for by {who}</source>
   <translation>由{who}请求</translation>
  </message>
  <message>
   <source>at most this many single cycles are kept, evenly spread</source>
   <translation>最多保留这么多单个周期，均匀分布</translation>
  </message>
  <message>
   <source>at worst</source>
   <translation>最大</translation>
  </message>
  <message>
   <source>auto</source>
   <translation>自动</translation>
  </message>
  <message>
   <source>away clamp node {node}</source>
   <translation>反向钳位节点 {node}</translation>
  </message>
  <message>
   <source>bench</source>
   <translation>实验台</translation>
  </message>
  <message>
   <source>bench check under way: the supply is switched on and the gates are charged anew</source>
   <translation>实验台检查进行中：电源已接通，栅极正在重新充电</translation>
  </message>
  <message>
   <source>bias growth</source>
   <translation>偏置增长</translation>
  </message>
  <message>
   <source>bias mean</source>
   <translation>偏置均值</translation>
  </message>
  <message>
   <source>bias reference</source>
   <translation>偏置参考</translation>
  </message>
  <message>
   <source>bias spread</source>
   <translation>偏置离散</translation>
  </message>
  <message>
   <source>blocks</source>
   <translation>块</translation>
  </message>
  <message>
   <source>board</source>
   <translation>电路板</translation>
  </message>
  <message>
   <source>by the method</source>
   <translation>由方法决定</translation>
  </message>
  <message>
   <source>calibrated</source>
   <translation>已校准</translation>
  </message>
  <message>
   <source>calibration</source>
   <translation>校准</translation>
  </message>
  <message>
   <source>calibration expired</source>
   <translation>校准已过期</translation>
  </message>
  <message>
   <source>cannot be read as a quantity</source>
   <translation>无法读作一个量</translation>
  </message>
  <message>
   <source>centre</source>
   <translation>中心</translation>
  </message>
  <message>
   <source>choose an experiment</source>
   <translation>选择实验</translation>
  </message>
  <message>
   <source>chop rounds</source>
   <translation>斩波轮数</translation>
  </message>
  <message>
   <source>chopping</source>
   <translation>斩波</translation>
  </message>
  <message>
   <source>chosen: {bench}</source>
   <translation>已选：{bench}</translation>
  </message>
  <message>
   <source>clamp gain</source>
   <translation>钳位增益</translation>
  </message>
  <message>
   <source>clamp node {node}</source>
   <translation>钳位节点 {node}</translation>
  </message>
  <message>
   <source>clamp offset</source>
   <translation>钳位偏移</translation>
  </message>
  <message>
   <source>clamped</source>
   <translation>钳位</translation>
  </message>
  <message>
   <source>clamped copy</source>
   <translation>钳位副本</translation>
  </message>
  <message>
   <source>clamped − free</source>
   <translation>钳位 − 自由</translation>
  </message>
  <message>
   <source>clamps released</source>
   <translation>钳位已释放</translation>
  </message>
  <message>
   <source>classes</source>
   <translation>类别</translation>
  </message>
  <message>
   <source>classes 0 and 1 mean −label and +label</source>
   <translation>类别 0 和 1 表示 −标签 和 +标签</translation>
  </message>
  <message>
   <source>classification</source>
   <translation>分类</translation>
  </message>
  <message>
   <source>columns</source>
   <translation>列数</translation>
  </message>
  <message>
   <source>complement of</source>
   <translation>互补于</translation>
  </message>
  <message>
   <source>completed</source>
   <translation>已完成</translation>
  </message>
  <message>
   <source>conductance</source>
   <translation>电导</translation>
  </message>
  <message>
   <source>conductance (mS)</source>
   <translation>电导 (mS)</translation>
  </message>
  <message>
   <source>contrast offset</source>
   <translation>对比偏移</translation>
  </message>
  <message>
   <source>controller</source>
   <translation>控制器</translation>
  </message>
  <message>
   <source>cycle</source>
   <translation>周期</translation>
  </message>
  <message>
   <source>cycle rows</source>
   <translation>周期行数</translation>
  </message>
  <message>
   <source>cycles</source>
   <translation>周期数</translation>
  </message>
  <message>
   <source>dark</source>
   <translation>深色</translation>
  </message>
  <message>
   <source>data point</source>
   <translation>数据点</translation>
  </message>
  <message>
   <source>dead band</source>
   <translation>死区</translation>
  </message>
  <message>
   <source>dead edges</source>
   <translation>失效边</translation>
  </message>
  <message>
   <source>diameter</source>
   <translation>直径</translation>
  </message>
  <message>
   <source>divide by the number of data points still wrong</source>
   <translation>除以仍然错误的数据点数</translation>
  </message>
  <message>
   <source>dropped samples</source>
   <translation>丢失采样</translation>
  </message>
  <message>
   <source>edge</source>
   <translation>边</translation>
  </message>
  <message>
   <source>edge {name}</source>
   <translation>边 {name}</translation>
  </message>
  <message>
   <source>end once the rms training error is below this</source>
   <translation>训练误差均方根低于此值时结束</translation>
  </message>
  <message>
   <source>engine</source>
   <translation>引擎</translation>
  </message>
  <message>
   <source>error</source>
   <translation>误差</translation>
  </message>
  <message>
   <source>error (V²)</source>
   <translation>误差 (V²)</translation>
  </message>
  <message>
   <source>error at the end</source>
   <translation>结束时误差</translation>
  </message>
  <message>
   <source>error at the start</source>
   <translation>开始时误差</translation>
  </message>
  <message>
   <source>eta</source>
   <translation>η</translation>
  </message>
  <message>
   <source>every imperfection at once, each at the dose of a bad but believable board</source>
   <translation>所有不完美性同时存在，剂量取自较差但可信的电路板</translation>
  </message>
  <message>
   <source>every point right in {rounds} rounds in a row</source>
   <translation>连续 {rounds} 轮所有数据点都正确</translation>
  </message>
  <message>
   <source>example</source>
   <translation>示例</translation>
  </message>
  <message>
   <source>expected</source>
   <translation>预计</translation>
  </message>
  <message>
   <source>expired</source>
   <translation>已过期</translation>
  </message>
  <message>
   <source>expires</source>
   <translation>到期</translation>
  </message>
  <message>
   <source>expires soon</source>
   <translation>即将到期</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>失败</translation>
  </message>
  <message>
   <source>fall of each held gate, mean; each edge has 0.5 to 1.5 of it</source>
   <translation>保持时栅极下降速率的均值；各边为其 0.5 至 1.5 倍</translation>
  </message>
  <message>
   <source>fault</source>
   <translation>故障</translation>
  </message>
  <message>
   <source>first input</source>
   <translation>第一输入</translation>
  </message>
  <message>
   <source>free</source>
   <translation>自由</translation>
  </message>
  <message>
   <source>free copy</source>
   <translation>自由副本</translation>
  </message>
  <message>
   <source>free {free} V, clamped {clamped} V</source>
   <translation>自由 {free} V，钳位 {clamped} V</translation>
  </message>
  <message>
   <source>frozen</source>
   <translation>已冻结</translation>
  </message>
  <message>
   <source>gain</source>
   <translation>增益</translation>
  </message>
  <message>
   <source>gate</source>
   <translation>栅极</translation>
  </message>
  <message>
   <source>gate adc noise</source>
   <translation>栅极 ADC 噪声</translation>
  </message>
  <message>
   <source>gate adc step</source>
   <translation>栅极 ADC 步长</translation>
  </message>
  <message>
   <source>gate leak</source>
   <translation>栅极泄漏</translation>
  </message>
  <message>
   <source>gate of edge {name}</source>
   <translation>边 {name} 的栅极</translation>
  </message>
  <message>
   <source>gate spread</source>
   <translation>栅极离散</translation>
  </message>
  <message>
   <source>gate voltage</source>
   <translation>栅极电压</translation>
  </message>
  <message>
   <source>gate voltage (V)</source>
   <translation>栅极电压 (V)</translation>
  </message>
  <message>
   <source>gate voltage at the end</source>
   <translation>结束时栅极电压</translation>
  </message>
  <message>
   <source>gate voltage gained with each learning pulse, mean over edges</source>
   <translation>每个学习脉冲增加的栅极电压，各边均值</translation>
  </message>
  <message>
   <source>gate voltage gained with each learning pulse, standard deviation over edges</source>
   <translation>每个学习脉冲增加的栅极电压，各边标准差</translation>
  </message>
  <message>
   <source>gates</source>
   <translation>栅极</translation>
  </message>
  <message>
   <source>gates do not hold what they are charged to: check the charge wire and line, and the address lines</source>
   <translation>栅极保持不住所充的电压：请检查充电线及其控制线和地址线</translation>
  </message>
  <message>
   <source>gates start evenly within ± this, drawn by the seed</source>
   <translation>栅极初值在 ± 此值内均匀分布，由种子抽取</translation>
  </message>
  <message>
   <source>graph</source>
   <translation>图</translation>
  </message>
  <message>
   <source>groups</source>
   <translation>分组</translation>
  </message>
  <message>
   <source>growth of the bias with the sum of gate voltages</source>
   <translation>偏置随栅极电压总和的增长</translation>
  </message>
  <message>
   <source>guardian</source>
   <translation>守护进程</translation>
  </message>
  <message>
   <source>has no unit</source>
   <translation>没有单位</translation>
  </message>
  <message>
   <source>has the wrong unit: {unit} is not a measure of {wanted}</source>
   <translation>单位不对：{unit} 不是 {wanted} 类的量</translation>
  </message>
  <message>
   <source>high</source>
   <translation>高</translation>
  </message>
  <message>
   <source>hinge</source>
   <translation>铰链</translation>
  </message>
  <message>
   <source>ideal</source>
   <translation>理想</translation>
  </message>
  <message>
   <source>idle</source>
   <translation>空闲</translation>
  </message>
  <message>
   <source>in {span} ({date})</source>
   <translation>{span}后（{date}）</translation>
  </message>
  <message>
   <source>initial gates</source>
   <translation>初始栅极</translation>
  </message>
  <message>
   <source>input offset of the contrast circuits, rms</source>
   <translation>对比电路输入偏移，均方根</translation>
  </message>
  <message>
   <source>input resistance</source>
   <translation>输入电阻</translation>
  </message>
  <message>
   <source>input {name}</source>
   <translation>输入 {name}</translation>
  </message>
  <message>
   <source>inputs</source>
   <translation>输入</translation>
  </message>
  <message>
   <source>instrument</source>
   <translation>仪器</translation>
  </message>
  <message>
   <source>interval cycles</source>
   <translation>间隔周期</translation>
  </message>
  <message>
   <source>is missing</source>
   <translation>缺失</translation>
  </message>
  <message>
   <source>is not a finite number</source>
   <translation>不是有限的数</translation>
  </message>
  <message>
   <source>is not a quantity</source>
   <translation>不是一个量</translation>
  </message>
  <message>
   <source>issued in the future</source>
   <translation>签发时间在未来</translation>
  </message>
  <message>
   <source>jitter of the learning pulse, rms</source>
   <translation>学习脉冲抖动，均方根</translation>
  </message>
  <message>
   <source>key</source>
   <translation>按键</translation>
  </message>
  <message>
   <source>key F12</source>
   <translation>F12 键</translation>
  </message>
  <message>
   <source>kind</source>
   <translation>类型</translation>
  </message>
  <message>
   <source>labctl</source>
   <translation>labctl</translation>
  </message>
  <message>
   <source>label</source>
   <translation>标签</translation>
  </message>
  <message>
   <source>label node {node}</source>
   <translation>标签节点 {node}</translation>
  </message>
  <message>
   <source>label step</source>
   <translation>标签步长</translation>
  </message>
  <message>
   <source>label-servo</source>
   <translation>标签伺服</translation>
  </message>
  <message>
   <source>labels</source>
   <translation>标签</translation>
  </message>
  <message>
   <source>last failure</source>
   <translation>上次故障</translation>
  </message>
  <message>
   <source>late by</source>
   <translation>迟到</translation>
  </message>
  <message>
   <source>late cycles</source>
   <translation>迟到周期</translation>
  </message>
  <message>
   <source>lateness of a late cycle, mean of an exponential distribution</source>
   <translation>迟到周期的迟到量，指数分布均值</translation>
  </message>
  <message>
   <source>lattice</source>
   <translation>晶格</translation>
  </message>
  <message>
   <source>learning bias, mean over edges</source>
   <translation>学习偏置，各边均值</translation>
  </message>
  <message>
   <source>learning bias, standard deviation over edges</source>
   <translation>学习偏置，各边标准差</translation>
  </message>
  <message>
   <source>learning off, gates hold</source>
   <translation>学习关闭，栅极保持</translation>
  </message>
  <message>
   <source>learning off, gates hold; 0 V on {sources}; clamps released</source>
   <translation>学习关闭，栅极保持；{sources} 上为 0 V；钳位已释放</translation>
  </message>
  <message>
   <source>learning off, gates hold; 0 V on {sources}; clamps released; {more}</source>
   <translation>学习关闭，栅极保持；{sources} 上为 0 V；钳位已释放；{more}</translation>
  </message>
  <message>
   <source>learning off, sources at 0 V, clamps released; the instruments are let go</source>
   <translation>学习关闭，源为 0 V，钳位释放；仪器已断开</translation>
  </message>
  <message>
   <source>learning rate relative to the nominal one, standard deviation over edges</source>
   <translation>相对标称值的学习率，各边标准差</translation>
  </message>
  <message>
   <source>learning time</source>
   <translation>学习时间</translation>
  </message>
  <message>
   <source>less than a second</source>
   <translation>不到一秒</translation>
  </message>
  <message>
   <source>light</source>
   <translation>浅色</translation>
  </message>
  <message>
   <source>limit</source>
   <translation>限值</translation>
  </message>
  <message>
   <source>limits</source>
   <translation>限值</translation>
  </message>
  <message>
   <source>linear</source>
   <translation>线性</translation>
  </message>
  <message>
   <source>log</source>
   <translation>对数</translation>
  </message>
  <message>
   <source>log time</source>
   <translation>对数时间</translation>
  </message>
  <message>
   <source>low</source>
   <translation>低</translation>
  </message>
  <message>
   <source>margin</source>
   <translation>裕量</translation>
  </message>
  <message>
   <source>marker</source>
   <translation>标记</translation>
  </message>
  <message>
   <source>marker {n}</source>
   <translation>标记 {n}</translation>
  </message>
  <message>
   <source>max pulse</source>
   <translation>最大脉冲</translation>
  </message>
  <message>
   <source>meter</source>
   <translation>万用表</translation>
  </message>
  <message>
   <source>method</source>
   <translation>方法</translation>
  </message>
  <message>
   <source>missing</source>
   <translation>缺失</translation>
  </message>
  <message>
   <source>must be above {least}</source>
   <translation>必须大于 {least}</translation>
  </message>
  <message>
   <source>must be at least {least}</source>
   <translation>必须至少为 {least}</translation>
  </message>
  <message>
   <source>must be at most {most}</source>
   <translation>必须至多为 {most}</translation>
  </message>
  <message>
   <source>must be one of {choices}</source>
   <translation>必须是以下之一：{choices}</translation>
  </message>
  <message>
   <source>name</source>
   <translation>名称</translation>
  </message>
  <message>
   <source>negative</source>
   <translation>负端</translation>
  </message>
  <message>
   <source>no imperfection at all: identical devices, exact converters, no bias</source>
   <translation>没有任何不完美性：器件相同、转换器精确、无偏置</translation>
  </message>
  <message>
   <source>no reason known</source>
   <translation>原因不明</translation>
  </message>
  <message>
   <source>no run yet</source>
   <translation>尚无运行</translation>
  </message>
  <message>
   <source>no such node</source>
   <translation>没有这个节点</translation>
  </message>
  <message>
   <source>no wire drives anything: is the board powered, are they plugged in?</source>
   <translation>没有一根线能驱动：电路板通电了吗？线都插好了吗？</translation>
  </message>
  <message>
   <source>no.</source>
   <translation>编号</translation>
  </message>
  <message>
   <source>nobody has watched for {time} s</source>
   <translation>已有 {time} s 无人观看</translation>
  </message>
  <message>
   <source>node</source>
   <translation>节点</translation>
  </message>
  <message>
   <source>node {node}</source>
   <translation>节点 {node}</translation>
  </message>
  <message>
   <source>node {node} − node {bit}</source>
   <translation>节点 {node} − 节点 {bit}</translation>
  </message>
  <message>
   <source>nodes</source>
   <translation>节点</translation>
  </message>
  <message>
   <source>nodes are {first} to {last}</source>
   <translation>节点为 {first} 至 {last}</translation>
  </message>
  <message>
   <source>noise of one gate reading, rms</source>
   <translation>单次栅极读数噪声，均方根</translation>
  </message>
  <message>
   <source>noise of one node reading, rms</source>
   <translation>单次节点读数噪声，均方根</translation>
  </message>
  <message>
   <source>normalise</source>
   <translation>归一化</translation>
  </message>
  <message>
   <source>not left safe: {why}</source>
   <translation>未处于安全状态：{why}</translation>
  </message>
  <message>
   <source>note</source>
   <translation>备注</translation>
  </message>
  <message>
   <source>nothing is connected</source>
   <translation>未连接任何东西</translation>
  </message>
  <message>
   <source>off</source>
   <translation>关</translation>
  </message>
  <message>
   <source>offset of each clamp, rms</source>
   <translation>各钳位偏移，均方根</translation>
  </message>
  <message>
   <source>offset of each node reading, rms</source>
   <translation>各节点读数偏移，均方根</translation>
  </message>
  <message>
   <source>offset of each source output, rms</source>
   <translation>各源输出偏移，均方根</translation>
  </message>
  <message>
   <source>on time</source>
   <translation>准时</translation>
  </message>
  <message>
   <source>open edges</source>
   <translation>断开边</translation>
  </message>
  <message>
   <source>orphan</source>
   <translation>孤立</translation>
  </message>
  <message>
   <source>other bench file …</source>
   <translation>其他实验台文件 …</translation>
  </message>
  <message>
   <source>output</source>
   <translation>输出</translation>
  </message>
  <message>
   <source>output (mV)</source>
   <translation>输出 (mV)</translation>
  </message>
  <message>
   <source>outputs</source>
   <translation>输出</translation>
  </message>
  <message>
   <source>overclamping</source>
   <translation>过钳位</translation>
  </message>
  <message>
   <source>paused</source>
   <translation>已暂停</translation>
  </message>
  <message>
   <source>per second of the data point's learning time</source>
   <translation>每秒数据点学习时间</translation>
  </message>
  <message>
   <source>period of the threshold drift; 0: no drift</source>
   <translation>阈值漂移周期；0：无漂移</translation>
  </message>
  <message>
   <source>periodic</source>
   <translation>周期边界</translation>
  </message>
  <message>
   <source>point</source>
   <translation>点</translation>
  </message>
  <message>
   <source>points</source>
   <translation>点数</translation>
  </message>
  <message>
   <source>positive</source>
   <translation>正端</translation>
  </message>
  <message>
   <source>preflight</source>
   <translation>预检</translation>
  </message>
  <message>
   <source>preflight overridden</source>
   <translation>预检警告被放行</translation>
  </message>
  <message>
   <source>probability per cycle that it is late</source>
   <translation>每周期迟到的概率</translation>
  </message>
  <message>
   <source>probability per cycle that its reading is lost</source>
   <translation>每周期读数丢失的概率</translation>
  </message>
  <message>
   <source>probability per edge that it conducts nothing</source>
   <translation>每条边不导电的概率</translation>
  </message>
  <message>
   <source>probability per edge that it is stuck short; open wins</source>
   <translation>每条边短路的概率；断开优先</translation>
  </message>
  <message>
   <source>probability per edge that its gate never moves</source>
   <translation>每条边栅极不动的概率</translation>
  </message>
  <message>
   <source>probability per source or target node that its wire has come off</source>
   <translation>每个源或目标节点接线脱落的概率</translation>
  </message>
  <message>
   <source>pulse</source>
   <translation>脉冲</translation>
  </message>
  <message>
   <source>pulse charge</source>
   <translation>脉冲电荷</translation>
  </message>
  <message>
   <source>pulse charge spread</source>
   <translation>脉冲电荷离散</translation>
  </message>
  <message>
   <source>pulse jitter</source>
   <translation>脉冲抖动</translation>
  </message>
  <message>
   <source>pulse step</source>
   <translation>脉冲步长</translation>
  </message>
  <message>
   <source>pulses</source>
   <translation>脉冲</translation>
  </message>
  <message>
   <source>quantisation step of gate readings</source>
   <translation>栅极读数量化步长</translation>
  </message>
  <message>
   <source>quantisation step of labels at the node</source>
   <translation>节点处标签量化步长</translation>
  </message>
  <message>
   <source>quantisation step of node readings</source>
   <translation>节点读数量化步长</translation>
  </message>
  <message>
   <source>quantisation step of source outputs at the node</source>
   <translation>节点处源输出量化步长</translation>
  </message>
  <message>
   <source>quantisation step of the learning pulse</source>
   <translation>学习脉冲量化步长</translation>
  </message>
  <message>
   <source>rate error</source>
   <translation>学习率误差</translation>
  </message>
  <message>
   <source>rate spread</source>
   <translation>学习率离散</translation>
  </message>
  <message>
   <source>ready on this computer</source>
   <translation>在本机就绪</translation>
  </message>
  <message>
   <source>reason to start all the same</source>
   <translation>仍要开始的理由</translation>
  </message>
  <message>
   <source>recovered</source>
   <translation>已恢复</translation>
  </message>
  <message>
   <source>reference error</source>
   <translation>参考误差</translation>
  </message>
  <message>
   <source>regression</source>
   <translation>回归</translation>
  </message>
  <message>
   <source>relative error of the learning rate, common to all edges</source>
   <translation>学习率的相对误差，所有边相同</translation>
  </message>
  <message>
   <source>relative gain error of each clamp's displacement, rms</source>
   <translation>各钳位位移的相对增益误差，均方根</translation>
  </message>
  <message>
   <source>relative gain error of each node reading, rms</source>
   <translation>各节点读数的相对增益误差，均方根</translation>
  </message>
  <message>
   <source>relative gain error of each source output, rms</source>
   <translation>各源输出的相对增益误差，均方根</translation>
  </message>
  <message>
   <source>resistance of a shorted edge</source>
   <translation>短路边的电阻</translation>
  </message>
  <message>
   <source>rest</source>
   <translation>静止</translation>
  </message>
  <message>
   <source>rounds</source>
   <translation>轮数</translation>
  </message>
  <message>
   <source>rows</source>
   <translation>行数</translation>
  </message>
  <message>
   <source>run</source>
   <translation>运行</translation>
  </message>
  <message>
   <source>run {number} ({when} UTC, {status}): {reason}</source>
   <translation>运行 {number}（{when} UTC，{status}）：{reason}</translation>
  </message>
  <message>
   <source>run {state}</source>
   <translation>运行{state}</translation>
  </message>
  <message>
   <source>running</source>
   <translation>运行中</translation>
  </message>
  <message>
   <source>safe</source>
   <translation>安全</translation>
  </message>
  <message>
   <source>safe means</source>
   <translation>安全状态</translation>
  </message>
  <message>
   <source>search …</source>
   <translation>搜索 …</translation>
  </message>
  <message>
   <source>second input</source>
   <translation>第二输入</translation>
  </message>
  <message>
   <source>seed {seed}</source>
   <translation>种子 {seed}</translation>
  </message>
  <message>
   <source>shifts are renewed at least this often</source>
   <translation>移动至少按此频率更新</translation>
  </message>
  <message>
   <source>short resistance</source>
   <translation>短路电阻</translation>
  </message>
  <message>
   <source>shorted edges</source>
   <translation>短路边</translation>
  </message>
  <message>
   <source>simulated 4×4 board</source>
   <translation>模拟 4×4 电路板</translation>
  </message>
  <message>
   <source>simulated board {serial}</source>
   <translation>模拟电路板 {serial}</translation>
  </message>
  <message>
   <source>simulated: nothing is energised</source>
   <translation>模拟：没有任何部分通电</translation>
  </message>
  <message>
   <source>simulator</source>
   <translation>模拟器</translation>
  </message>
  <message>
   <source>something failed; the safe state is being tried, or could not be reached</source>
   <translation>发生故障；正在尝试安全状态，或未能达到</translation>
  </message>
  <message>
   <source>source gain</source>
   <translation>源增益</translation>
  </message>
  <message>
   <source>source offset</source>
   <translation>源偏移</translation>
  </message>
  <message>
   <source>source step</source>
   <translation>源步长</translation>
  </message>
  <message>
   <source>sources</source>
   <translation>源</translation>
  </message>
  <message>
   <source>spacing</source>
   <translation>间隔方式</translation>
  </message>
  <message>
   <source>speed</source>
   <translation>速度</translation>
  </message>
  <message>
   <source>standard</source>
   <translation>标准</translation>
  </message>
  <message>
   <source>started</source>
   <translation>开始时间</translation>
  </message>
  <message>
   <source>state</source>
   <translation>状态</translation>
  </message>
  <message>
   <source>status</source>
   <translation>状态</translation>
  </message>
  <message>
   <source>stop after perfect rounds</source>
   <translation>完美轮数后停止</translation>
  </message>
  <message>
   <source>stop below</source>
   <translation>低于则停止</translation>
  </message>
  <message>
   <source>stopped</source>
   <translation>已停止</translation>
  </message>
  <message>
   <source>stopping</source>
   <translation>正在停止</translation>
  </message>
  <message>
   <source>strength mismatch</source>
   <translation>强度失配</translation>
  </message>
  <message>
   <source>strength of the clamped copy against the free one, relative rms</source>
   <translation>钳位副本相对自由副本的强度，相对均方根</translation>
  </message>
  <message>
   <source>strength spread</source>
   <translation>强度离散</translation>
  </message>
  <message>
   <source>strength, relative standard deviation over edges, same in both copies</source>
   <translation>强度，各边相对标准差，两副本相同</translation>
  </message>
  <message>
   <source>sum of gate voltages where the bias has its stated value</source>
   <translation>偏置取标称值时的栅极电压总和</translation>
  </message>
  <message>
   <source>supply</source>
   <translation>电源</translation>
  </message>
  <message>
   <source>supply channels {numbers} off and set to 0 V</source>
   <translation>电源通道 {numbers} 关闭并设为 0 V</translation>
  </message>
  <message>
   <source>supply channels {numbers} stay on</source>
   <translation>电源通道 {numbers} 保持开启</translation>
  </message>
  <message>
   <source>switches</source>
   <translation>开关</translation>
  </message>
  <message>
   <source>symmetric</source>
   <translation>对称</translation>
  </message>
  <message>
   <source>symmetric-overclamping</source>
   <translation>对称过钳位</translation>
  </message>
  <message>
   <source>tags</source>
   <translation>标签</translation>
  </message>
  <message>
   <source>test error</source>
   <translation>测试误差</translation>
  </message>
  <message>
   <source>the bench check is being broken off; the bench is on its way to the safe state</source>
   <translation>正在中断实验台检查；实验台正在进入安全状态</translation>
  </message>
  <message>
   <source>the bench is being opened and checked; nothing has moved</source>
   <translation>正在打开并检查实验台；未驱动任何东西</translation>
  </message>
  <message>
   <source>the bench is not known to be safe</source>
   <translation>实验台是否安全未知</translation>
  </message>
  <message>
   <source>the bench is ready; nothing has moved yet</source>
   <translation>实验台就绪；尚未驱动任何东西</translation>
  </message>
  <message>
   <source>the bench measures a round or trains a block of cycles</source>
   <translation>实验台正在测量一轮或训练一块周期</translation>
  </message>
  <message>
   <source>the gates hold what they have learned; the run can go on where it was</source>
   <translation>栅极保持所学内容；运行可从原处继续</translation>
  </message>
  <message>
   <source>the last run on this bench did not end well</source>
   <translation>此实验台上次运行未正常结束</translation>
  </message>
  <message>
   <source>the published 4×4 board (arXiv:2505.22887), doses from its measured runs</source>
   <translation>已发表的 4×4 电路板（arXiv:2505.22887），剂量取自其实测运行</translation>
  </message>
  <message>
   <source>the published two-edge board (arXiv:2505.22887), experiment 1: fitted bias, learning rate and measured walls; for the board with RC = 2.2 ms, V₀ = 0.33 V, S = 8.5e-4 A/V², pulses of 100 µs</source>
   <translation>已发表的双边板（arXiv:2505.22887），实验 1：拟合的偏置、学习率和实测边界；适用于 RC = 2.2 ms、V₀ = 0.33 V、S = 8.5e-4 A/V²、脉冲 100 µs 的电路板</translation>
  </message>
  <message>
   <source>the published two-edge board (arXiv:2505.22887), experiment 2: fitted bias, learning rate and measured walls; for the board with RC = 2.2 ms, V₀ = 0.33 V, S = 8.5e-4 A/V², pulses of 100 µs</source>
   <translation>已发表的双边板（arXiv:2505.22887），实验 2：拟合的偏置、学习率和实测边界；适用于 RC = 2.2 ms、V₀ = 0.33 V、S = 8.5e-4 A/V²、脉冲 100 µs 的电路板</translation>
  </message>
  <message>
   <source>the run has ended and the bench is on its way to the safe state</source>
   <translation>运行已结束，实验台正进入安全状态</translation>
  </message>
  <message>
   <source>the run left the bench in doubt; a check of it has since read back that it is safe</source>
   <translation>运行结束时实验台状态不明；此后的实验台检查已回读确认其安全</translation>
  </message>
  <message>
   <source>the window was closed</source>
   <translation>窗口已关闭</translation>
  </message>
  <message>
   <source>this computer</source>
   <translation>本机</translation>
  </message>
  <message>
   <source>threshold drift</source>
   <translation>阈值漂移</translation>
  </message>
  <message>
   <source>threshold drift period</source>
   <translation>阈值漂移周期</translation>
  </message>
  <message>
   <source>threshold mismatch</source>
   <translation>阈值失配</translation>
  </message>
  <message>
   <source>threshold of the clamped copy against the free one, rms</source>
   <translation>钳位副本相对自由副本的阈值，均方根</translation>
  </message>
  <message>
   <source>threshold spread</source>
   <translation>阈值离散</translation>
  </message>
  <message>
   <source>threshold, standard deviation over edges, same in both copies</source>
   <translation>阈值，各边标准差，两副本相同</translation>
  </message>
  <message>
   <source>time left</source>
   <translation>剩余时间</translation>
  </message>
  <message>
   <source>tolerance</source>
   <translation>容差</translation>
  </message>
  <message>
   <source>training error</source>
   <translation>训练误差</translation>
  </message>
  <message>
   <source>training error (V²)</source>
   <translation>训练误差 (V²)</translation>
  </message>
  <message>
   <source>training error below ({limit} mV)²</source>
   <translation>训练误差低于 ({limit} mV)²</translation>
  </message>
  <message>
   <source>two-edge</source>
   <translation>双边</translation>
  </message>
  <message>
   <source>two-edge board</source>
   <translation>两边电路板</translation>
  </message>
  <message>
   <source>unclamp</source>
   <translation>释放钳位</translation>
  </message>
  <message>
   <source>unknown key</source>
   <translation>未知的键</translation>
  </message>
  <message>
   <source>up to {cycles} cycles</source>
   <translation>至多 {cycles} 个周期</translation>
  </message>
  <message>
   <source>up to {time} ms</source>
   <translation>至多 {time} ms</translation>
  </message>
  <message>
   <source>valid</source>
   <translation>有效</translation>
  </message>
  <message>
   <source>voltage</source>
   <translation>电压</translation>
  </message>
  <message>
   <source>wall spread</source>
   <translation>壁离散</translation>
  </message>
  <message>
   <source>wall time</source>
   <translation>实际时间</translation>
  </message>
  <message>
   <source>walls of the gate, standard deviation over edges; lower and upper wall drawn apart</source>
   <translation>栅极壁，各边标准差；上下壁分别抽取</translation>
  </message>
  <message>
   <source>what it does</source>
   <translation>作用</translation>
  </message>
  <message>
   <source>what it says</source>
   <translation>应答</translation>
  </message>
  <message>
   <source>what to do</source>
   <translation>如何处理</translation>
  </message>
  <message>
   <source>what {name} now holds is not known: it did not answer</source>
   <translation>{name} 现在的状态不明：没有应答</translation>
  </message>
  <message>
   <source>what {one} and {other} and {third} now holds is not known: it did not answer</source>
   <translation>{one}、{other} 和 {third} 现在的状态不明：没有应答</translation>
  </message>
  <message>
   <source>what {one} and {other} now holds is not known: it did not answer</source>
   <translation>{one} 和 {other} 现在的状态不明：没有应答</translation>
  </message>
  <message>
   <source>window</source>
   <translation>窗口</translation>
  </message>
  <message>
   <source>wire off</source>
   <translation>断线</translation>
  </message>
  <message>
   <source>wires</source>
   <translation>接线</translation>
  </message>
  <message>
   <source>write a note into the run …</source>
   <translation>写入运行记录 …</translation>
  </message>
  <message>
   <source>{bench}, imperfections {imperfections}</source>
   <translation>{bench}，不完美性 {imperfections}</translation>
  </message>
  <message>
   <source>{cycles} cycles</source>
   <translation>{cycles} 个周期</translation>
  </message>
  <message>
   <source>{cycles} cycles from cycle {first} on, {method}, {rounds} rounds; at most {most} on disk, {free} free</source>
   <translation>从周期 {first} 起 {cycles} 个周期，{method}，{rounds} 轮；磁盘至多占用 {most}，剩余 {free}</translation>
  </message>
  <message>
   <source>{cycles} cycles, {method}, {rounds} rounds; at most {most} on disk, {free} free</source>
   <translation>{cycles} 个周期，{method}，{rounds} 轮；磁盘至多占用 {most}，剩余 {free}</translation>
  </message>
  <message>
   <source>{dose} on</source>
   <translation>{dose} 开</translation>
  </message>
  <message>
   <source>{dose}, slider</source>
   <translation>{dose}，滑块</translation>
  </message>
  <message>
   <source>{duration} (at the speed of the latest run here)</source>
   <translation>{duration}（按此处最近一次运行的速度）</translation>
  </message>
  <message>
   <source>{duration} (at the usual speed of the simulator)</source>
   <translation>{duration}（按模拟器的通常速度）</translation>
  </message>
  <message>
   <source>{duration} (learning pulses alone at most; no run here has told the rest)</source>
   <translation>{duration}（仅学习脉冲，至多；其余时间尚无运行可参考）</translation>
  </message>
  <message>
   <source>{duration} (learning pulses alone; no run here has told the rest)</source>
   <translation>{duration}（仅学习脉冲；其余时间尚无运行可参考）</translation>
  </message>
  <message>
   <source>{fault} (in the {copy} copy only)</source>
   <translation>{fault}（仅在{copy}副本中）</translation>
  </message>
  <message>
   <source>{file} cannot be written: {why}. Choose another place.</source>
   <translation>{file} 无法写入：{why}。请选择其他位置。</translation>
  </message>
  <message>
   <source>{late_by}: {n} cycles</source>
   <translation>{late_by}：{n} 个周期</translation>
  </message>
  <message>
   <source>{late} of {cycles} cycles late</source>
   <translation>{cycles} 个周期中 {late} 个迟到</translation>
  </message>
  <message>
   <source>{late} of {cycles} stored cycles late</source>
   <translation>{cycles} 个已存储周期中 {late} 个迟到</translation>
  </message>
  <message>
   <source>{measured} measured, {predicted} on the twin</source>
   <translation>实测 {measured}，孪生 {predicted}</translation>
  </message>
  <message>
   <source>{name} (node {node})</source>
   <translation>{name}（节点 {node}）</translation>
  </message>
  <message>
   <source>{name} (node {node}), {more}</source>
   <translation>{name}（节点 {node}），{more}</translation>
  </message>
  <message>
   <source>{name} ({line}) and {other} ({second}) are swapped: nodes are read, and gates charged, under each other's numbers</source>
   <translation>{name}（{line}）与 {other}（{second}）接反：节点读取和栅极充电都用了对方的编号</translation>
  </message>
  <message>
   <source>{name} ({line}) stays {level}: it is off, stuck, or plugged in elsewhere; two gates answer as one</source>
   <translation>{name}（{line}）一直为{level}：已脱落、卡住或插在别处；两个栅极应答如一个</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: each holds the other's node</source>
   <translation>{name} 与 {other} 接反：各自钳住对方的节点</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: each holds node {node} in the other's copy</source>
   <translation>{name} 与 {other} 接反：各自在对方的副本中钳住节点 {node}</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: each reads the other's node</source>
   <translation>{name} 与 {other} 接反：各自读到对方的节点</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: {first} drives node {at}, {second} node {node}</source>
   <translation>{name} 与 {other} 接反：{first} 驱动节点 {at}，{second} 驱动节点 {node}</translation>
  </message>
  <message>
   <source>{name} and {other} touch: driving one moves nodes {at} and {node} alike</source>
   <translation>{name} 与 {other} 相碰：驱动其一，节点 {at} 和 {node} 一同变化</translation>
  </message>
  <message>
   <source>{name} brings {share} % of its voltage to node {node}: a bad contact, or a wrong gain</source>
   <translation>{name} 只把其电压的 {share} % 送到节点 {node}：接触不良，或增益不对</translation>
  </message>
  <message>
   <source>{name} does not hold node {node} of the {copy} copy: it is off, or plugged in elsewhere</source>
   <translation>{name} 没有钳住{copy}副本的节点 {node}：已脱落，或插在别处</translation>
  </message>
  <message>
   <source>{name} drives node {at} instead of node {node}</source>
   <translation>{name} 驱动了节点 {at}，而不是节点 {node}</translation>
  </message>
  <message>
   <source>{name} drives node {at}, the place of {other}, instead of node {node}</source>
   <translation>{name} 驱动了节点 {at}（{other} 的位置），而不是节点 {node}</translation>
  </message>
  <message>
   <source>{name} has changes that are not saved.</source>
   <translation>{name} 有未保存的更改。</translation>
  </message>
  <message>
   <source>{name} holds node {at} instead of node {node} of the {copy} copy</source>
   <translation>{name} 钳住了节点 {at}，而不是{copy}副本的节点 {node}</translation>
  </message>
  <message>
   <source>{name} is off: driving it moves no node; it belongs on node {node}</source>
   <translation>{name} 已脱落：驱动它没有节点变化；它应接在节点 {node}</translation>
  </message>
  <message>
   <source>{name} is off: it reads 0 V whatever is on {at}</source>
   <translation>{name} 已脱落：无论{at}上是什么，它都读到 0 V</translation>
  </message>
  <message>
   <source>{name} moves node {node} of the {copy} copy by {share} % of what it should: a bad contact, or a wrong gain</source>
   <translation>{name} 使{copy}副本的节点 {node} 只移动应有的 {share} %：接触不良，或增益不对</translation>
  </message>
  <message>
   <source>{name} reads something else instead of {at}</source>
   <translation>{name} 读到的不是{at}，而是别的</translation>
  </message>
  <message>
   <source>{name} reads {at} with the wrong sign</source>
   <translation>{name} 读{at}的符号反了</translation>
  </message>
  <message>
   <source>{name} reads {other} instead of {at}</source>
   <translation>{name} 读到的是{other}，而不是{at}</translation>
  </message>
  <message>
   <source>{name}: cycle {cycle} of {cycles}</source>
   <translation>{name}：第 {cycle} / {cycles} 周期</translation>
  </message>
  <message>
   <source>{n} days</source>
   <translation>{n} 天</translation>
  </message>
  <message>
   <source>{n} edges disagree with the twin: {edges}</source>
   <translation>{n} 条边与孪生板不符：{edges}</translation>
  </message>
  <message>
   <source>{n} files written to {folder}</source>
   <translation>{n} 个文件已写入 {folder}</translation>
  </message>
  <message>
   <source>{n} h</source>
   <translation>{n} 小时</translation>
  </message>
  <message>
   <source>{n} min</source>
   <translation>{n} 分钟</translation>
  </message>
  <message>
   <source>{n} runs were cut short; Recover stores what was committed.</source>
   <translation>{n} 次运行被中断；“恢复”可保存已提交的数据。</translation>
  </message>
  <message>
   <source>{n} wrong</source>
   <translation>{n} 处错误</translation>
  </message>
  <message>
   <source>{problem} (got {got}); write {wanted}</source>
   <translation>{problem}（得到 {got}）；请写{wanted}</translation>
  </message>
  <message>
   <source>{problem} (got {got}); write {wanted}, in quotes</source>
   <translation>{problem}（得到 {got}）；请写{wanted}，加引号</translation>
  </message>
  <message>
   <source>{signal} received</source>
   <translation>收到 {signal}</translation>
  </message>
  <message>
   <source>{span} ago ({date})</source>
   <translation>{span}前（{date}）</translation>
  </message>
  <message>
   <source>{view}: nothing to export yet. Start or open a run.</source>
   <translation>{view}：还没有可导出的数据。请开始或打开一次运行。</translation>
  </message>
  <message>
   <source>|output| that is far enough; 0 means the label itself</source>
   <translation>足够远的 |输出|；0 表示标签本身</translation>
  </message>
  <message>
   <source>■ label above 0, ● below: {right} of {all} right</source>
   <translation>■ 标签大于 0，● 小于 0：{all} 个中 {right} 个正确</translation>
  </message>
 </context>
</TS>
