<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh" sourcelanguage="en">
 <context>
  <name>labctl</name>
  <message>
   <source>"" for a board in this computer, or grpc://host:port</source>
   <translation>本机中的板卡写 ""，否则写 grpc://host:port</translation>
  </message>
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
   <source>0 A or more</source>
   <translation>0 A 或以上</translation>
  </message>
  <message>
   <source>0 V on channel {channel}</source>
   <translation>通道 {channel} 设为 0 V</translation>
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
   <source>CALIBRATING</source>
   <translation>正在校准</translation>
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
   <source>DAQmx {code}: {first_line}</source>
   <translation>DAQmx {code}: {first_line}</translation>
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
   <source>NI-DAQmx does not answer: {error}</source>
   <translation>NI-DAQmx 没有应答：{error}</translation>
  </message>
  <message>
   <source>NI-DAQmx is installed and knows no board: see NI MAX</source>
   <translation>NI-DAQmx 已安装，但不认识任何板卡：请看 NI MAX</translation>
  </message>
  <message>
   <source>NI-DAQmx is not installed on this computer</source>
   <translation>此计算机上未安装 NI-DAQmx</translation>
  </message>
  <message>
   <source>NI-DAQmx is not installed: without it only boards at a gRPC device server can be used</source>
   <translation>NI-DAQmx 未安装：没有它只能使用 gRPC 设备服务器上的板卡</translation>
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
   <source>TCPIP…::SOCKET instruments do not announce themselves: name their address in a bench file, and {asking} asks them; USB instruments need pyusb and permission</source>
   <translation>TCPIP…::SOCKET 仪器不会自报：请把其地址写入实验台文件，{asking}会询问它们；USB 仪器需要 pyusb 和权限</translation>
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
   <source>The circle of eight points as the published Fig. 5 runs have it (arXiv:2505.22887), at every diameter ε.</source>
   <translation>已发表的图 5 运行（arXiv:2505.22887）所用的八点圆，适用于每个直径 ε。</translation>
  </message>
  <message>
   <source>The file's values of single edges are used as they are.</source>
   <translation>文件中各边的数值按原样使用。</translation>
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
   <source>`away` and `away_line` belong together</source>
   <translation>`away` 与 `away_line` 须同时使用</translation>
  </message>
  <message>
   <source>`away` must have the same nodes as `toward`</source>
   <translation>`away` 的节点必须与 `toward` 相同</translation>
  </message>
  <message>
   <source>`free` and `clamped` must have the same nodes</source>
   <translation>`free` 与 `clamped` 的节点必须相同</translation>
  </message>
  <message>
   <source>a Markov order needs a matrix</source>
   <translation>马尔可夫次序需要矩阵</translation>
  </message>
  <message>
   <source>a Markov order needs a {points}×{points} matrix</source>
   <translation>马尔可夫次序需要 {points}×{points} 矩阵</translation>
  </message>
  <message>
   <source>a Markov order, and only it, needs a transition matrix</source>
   <translation>马尔可夫次序需要转移矩阵，且只有它需要</translation>
  </message>
  <message>
   <source>a bench that is energised is started by hand</source>
   <translation>会通电的实验台须手动开始</translation>
  </message>
  <message>
   <source>a block needs at least one cycle</source>
   <translation>一块至少需要一个周期</translation>
  </message>
  <message>
   <source>a block of an ensemble holds up to {block_cycles} cycles and no snapshots</source>
   <translation>一个集合的块至多容纳 {block_cycles} 个周期，且没有快照</translation>
  </message>
  <message>
   <source>a block of {count} bytes is too long, it keeps {block_bytes}</source>
   <translation>{count} 字节的块太长，它只能存 {block_bytes} 字节</translation>
  </message>
  <message>
   <source>a body of {count} bytes is too long; {max_body} fit into a frame</source>
   <translation>{count} 字节的内容太长；一帧容纳 {max_body} 字节</translation>
  </message>
  <message>
   <source>a calibration cannot pause; stop it, or wait for its end</source>
   <translation>校准不能暂停；请停止它，或等待结束</translation>
  </message>
  <message>
   <source>a calibration expires after it was issued</source>
   <translation>校准的过期时间应在签发之后</translation>
  </message>
  <message>
   <source>a calibration is under way: the bench is energised and its gates are charged anew</source>
   <translation>正在校准：实验台已通电，栅极会重新充电</translation>
  </message>
  <message>
   <source>a capacitance such as "22 uF"</source>
   <translation>电容，例如 "22 uF"</translation>
  </message>
  <message>
   <source>a cell of the table is not a finite number</source>
   <translation>表中有一格不是有限的数</translation>
  </message>
  <message>
   <source>a cell of the table is not a number</source>
   <translation>表中有一格不是数</translation>
  </message>
  <message>
   <source>a channel must be longer than nothing</source>
   <translation>沟道长度必须大于零</translation>
  </message>
  <message>
   <source>a check of a bench cannot pause; stop it, or wait for its end</source>
   <translation>实验台检查不能暂停；请停止它，或等待结束</translation>
  </message>
  <message>
   <source>a check of that file</source>
   <translation>对该文件的检查</translation>
  </message>
  <message>
   <source>a class is 0 or 1</source>
   <translation>类别为 0 或 1</translation>
  </message>
  <message>
   <source>a classification task has one differential output</source>
   <translation>分类任务有一个差分输出</translation>
  </message>
  <message>
   <source>a classification task needs a class for each point</source>
   <translation>分类任务的每个点需要一个类别</translation>
  </message>
  <message>
   <source>a classification task needs a label voltage</source>
   <translation>分类任务需要标签电压</translation>
  </message>
  <message>
   <source>a current such as "0.2 A"</source>
   <translation>电流，例如 "0.2 A"</translation>
  </message>
  <message>
   <source>a cycle has two rows, G₋ and G₊</source>
   <translation>一个循环有两行，G₋ 和 G₊</translation>
  </message>
  <message>
   <source>a cycle names a data point that has no margin or no wrong flag</source>
   <translation>某个周期指向的数据点没有裕量或没有错误标志</translation>
  </message>
  <message>
   <source>a cycle needs at least one task</source>
   <translation>循环至少需要一个任务</translation>
  </message>
  <message>
   <source>a disturbed cable, wrong serial settings, or another program talking to it</source>
   <translation>电缆受干扰、串口设置错误，或另一个程序在与它通信</translation>
  </message>
  <message>
   <source>a drift test of {count} samples is too short, or its times do not rise</source>
   <translation>{count} 个样本的漂移测试太短，或其时间不递增</translation>
  </message>
  <message>
   <source>a frequency such as "1 kHz"</source>
   <translation>频率，例如 "1 kHz"</translation>
  </message>
  <message>
   <source>a gate reads no number</source>
   <translation>某个栅极的读数不是数</translation>
  </message>
  <message>
   <source>a gate voltage is no number</source>
   <translation>某个栅极电压不是数</translation>
  </message>
  <message>
   <source>a hardware bench has the imperfections it has</source>
   <translation>真实实验台的不完美性就是它本来的</translation>
  </message>
  <message>
   <source>a hinge needs a classification task</source>
   <translation>合页需要分类任务</translation>
  </message>
  <message>
   <source>a label is not shifted further than this</source>
   <translation>标签的移动不超过此值</translation>
  </message>
  <message>
   <source>a label must lie between the rails to be reached (got {label_V} V)</source>
   <translation>标签必须位于两轨之间才能达到（得到 {label_V} V）</translation>
  </message>
  <message>
   <source>a label servo needs a fixed learning time and no hinge</source>
   <translation>标签伺服需要固定的学习时间且没有合页</translation>
  </message>
  <message>
   <source>a label servo needs a task without a hinge</source>
   <translation>标签伺服需要没有合页的任务</translation>
  </message>
  <message>
   <source>a lattice needs at least two nodes</source>
   <translation>格点至少需要两个节点</translation>
  </message>
  <message>
   <source>a learning pulse was longer than the board can give</source>
   <translation>一个学习脉冲比电路板能给出的更长</translation>
  </message>
  <message>
   <source>a learning rate such as "1377 1/(V*s)"</source>
   <translation>学习率，例如 "1377 1/(V*s)"</translation>
  </message>
  <message>
   <source>a loose or wrong wire, or a range too small</source>
   <translation>线松动或接错，或范围太小</translation>
  </message>
  <message>
   <source>a network needs at least one edge</source>
   <translation>网络至少需要一条边</translation>
  </message>
  <message>
   <source>a network needs at least two nodes</source>
   <translation>网络至少需要两个节点</translation>
  </message>
  <message>
   <source>a node reads no number</source>
   <translation>某个节点的读数不是数</translation>
  </message>
  <message>
   <source>a node voltage is no number</source>
   <translation>某个节点电压不是数</translation>
  </message>
  <message>
   <source>a number of volts</source>
   <translation>伏数</translation>
  </message>
  <message>
   <source>a number per volt such as "0.012 1/V"</source>
   <translation>每伏的数，例如 "0.012 1/V"</translation>
  </message>
  <message>
   <source>a part of it failed</source>
   <translation>它的一个部件失效</translation>
  </message>
  <message>
   <source>a part of the board is stuck</source>
   <translation>电路板的某个部分卡住了</translation>
  </message>
  <message>
   <source>a part of the record arrived damaged: its CRC-32 does not fit</source>
   <translation>记录的一部分损坏：其 CRC-32 不符</translation>
  </message>
  <message>
   <source>a plain number or a percentage such as "2 %"</source>
   <translation>纯数或百分数，例如 "2 %"</translation>
  </message>
  <message>
   <source>a pulse is asked for, and there is no learn switch on this board</source>
   <translation>要求了脉冲，而此板卡没有学习开关</translation>
  </message>
  <message>
   <source>a pulse of {length_s:.9g} s was set and reads {read_s:.9g} s</source>
   <translation>设置了 {length_s:.9g} s 的脉冲，读到 {read_s:.9g} s</translation>
  </message>
  <message>
   <source>a pulse of {longest_s:g} s is asked for, the bench gives {pulse_max_s:g} s</source>
   <translation>要求 {longest_s:g} s 的脉冲，实验台能给出 {pulse_max_s:g} s</translation>
  </message>
  <message>
   <source>a pulse of {longest_s:g} s is outside 0…{max_s:g} s</source>
   <translation>{longest_s:g} s 的脉冲超出 0…{max_s:g} s</translation>
  </message>
  <message>
   <source>a pulse of {pulse_s:.6g} s is outside {min_s:.6g}…{max_s:.6g} s</source>
   <translation>{pulse_s:.6g} s 的脉冲超出 {min_s:.6g}…{max_s:.6g} s</translation>
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
   <source>a real instrument answers, and the bench file says simulated = true</source>
   <translation>应答的是真实仪器，而实验台文件写着 simulated = true</translation>
  </message>
  <message>
   <source>a resistance must be above 0 ohm</source>
   <translation>电阻必须大于 0 ohm</translation>
  </message>
  <message>
   <source>a resistance such as "500 ohm"</source>
   <translation>电阻，例如 "500 ohm"</translation>
  </message>
  <message>
   <source>a run in step needs two samples at least</source>
   <translation>同步运行至少需要两个样本</translation>
  </message>
  <message>
   <source>a run needs at least one cycle</source>
   <translation>运行至少需要一个周期</translation>
  </message>
  <message>
   <source>a run that is {state} cannot take the event '{event}'</source>
   <translation>{state}的运行不能接受事件 '{event}'</translation>
  </message>
  <message>
   <source>a scan has two columns, period and value, and several rows</source>
   <translation>一次扫描有两列（周期和值）和若干行</translation>
  </message>
  <message>
   <source>a seed is not negative</source>
   <translation>种子不得为负</translation>
  </message>
  <message>
   <source>a snapshot cycle lies outside the block</source>
   <translation>某个快照周期在块之外</translation>
  </message>
  <message>
   <source>a solution line between the rails rises (got slope {slope})</source>
   <translation>两轨之间的解直线应上升（得到斜率 {slope}）</translation>
  </message>
  <message>
   <source>a source has either a voltage or a complement_of, not both</source>
   <translation>源要么有电压，要么有 complement_of，不能都有</translation>
  </message>
  <message>
   <source>a strength such as "8.5e-4 A/V^2"</source>
   <translation>强度，例如 "8.5e-4 A/V^2"</translation>
  </message>
  <message>
   <source>a surface potential must be above 0 V</source>
   <translation>表面电势必须大于 0 V</translation>
  </message>
  <message>
   <source>a symmetric contrast clamps both copies and needs wires at daq.clamp.away</source>
   <translation>对称对比钳住两个副本，需要在 daq.clamp.away 接线</translation>
  </message>
  <message>
   <source>a target is also a source: it cannot be clamped</source>
   <translation>目标同时也是源：无法钳位</translation>
  </message>
  <message>
   <source>a task cycle needs at least two groups</source>
   <translation>任务循环至少需要两组</translation>
  </message>
  <message>
   <source>a task cycle needs either period or period_cycles</source>
   <translation>任务循环需要 period 或 period_cycles 之一</translation>
  </message>
  <message>
   <source>a task needs at least one data point</source>
   <translation>任务至少需要一个数据点</translation>
  </message>
  <message>
   <source>a task needs at least one output</source>
   <translation>任务至少需要一个输出</translation>
  </message>
  <message>
   <source>a task needs at least one source</source>
   <translation>任务至少需要一个源</translation>
  </message>
  <message>
   <source>a text is not UTF-8</source>
   <translation>某段文本不是 UTF-8</translation>
  </message>
  <message>
   <source>a time such as "100 us"</source>
   <translation>时间，例如 "100 us"</translation>
  </message>
  <message>
   <source>a twin needs two drift tests, one of each task (got {count})</source>
   <translation>孪生板需要两个漂移测试，每个任务一个（得到 {count} 个）</translation>
  </message>
  <message>
   <source>a voltage is infinite</source>
   <translation>某个电压为无穷大</translation>
  </message>
  <message>
   <source>a voltage is no number</source>
   <translation>某个电压不是数</translation>
  </message>
  <message>
   <source>a voltage lies outside the board's range</source>
   <translation>某个电压超出电路板的范围</translation>
  </message>
  <message>
   <source>a voltage such as "18.1 mV"</source>
   <translation>电压，例如 "18.1 mV"</translation>
  </message>
  <message>
   <source>a {found} answers, the bench file names {product}</source>
   <translation>应答的是 {found}，实验台文件写的是 {product}</translation>
  </message>
  <message>
   <source>a {model} answers, not a {expected}</source>
   <translation>应答的是 {model}，而不是 {expected}</translation>
  </message>
  <message>
   <source>a {product} has no {absent}</source>
   <translation>{product} 没有 {absent}</translation>
  </message>
  <message>
   <source>a {what} and nothing else was asked for</source>
   <translation>要求的是{what}，而不是别的</translation>
  </message>
  <message>
   <source>a-z, 0-9 and -, at most 32</source>
   <translation>a-z、0-9 和 -，至多 32 个字符</translation>
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
   <source>about {seconds:.0f} s</source>
   <translation>约 {seconds:.0f} 秒</translation>
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
   <source>across_channel and across_node exclude each other</source>
   <translation>across_channel 与 across_node 不能同时使用</translation>
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
   <source>adc was calibrated with other wires: not corrected is node {targets}</source>
   <translation>adc 是在另一种接线下校准的：未修正节点 {targets}</translation>
  </message>
  <message>
   <source>add [emulation], empty for an ideal board, to a bench file with simulated = true</source>
   <translation>请在 simulated = true 的实验台文件中加入 [emulation]，留空即为理想电路板</translation>
  </message>
  <message>
   <source>add it</source>
   <translation>请添加</translation>
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
   <source>after {cycles_done} of {cycles} cycles</source>
   <translation>在 {cycles} 个周期中的 {cycles_done} 个之后</translation>
  </message>
  <message>
   <source>after {message}</source>
   <translation>在 {message} 之后</translation>
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
   <source>amber</source>
   <translation>黄</translation>
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
   <source>an analog clamp circuit has `labels`, and neither `toward` nor `away`</source>
   <translation>模拟钳位电路有 `labels`，没有 `toward` 和 `away`</translation>
  </message>
  <message>
   <source>an answer could not be read while it was to {what}</source>
   <translation>在{what}时有一个应答无法读取</translation>
  </message>
  <message>
   <source>an answer makes no sense and was not used</source>
   <translation>一个应答没有意义，未被使用</translation>
  </message>
  <message>
   <source>an emulator answers, and the bench file does not say simulated = true</source>
   <translation>应答的是仿真器，而实验台文件没有写 simulated = true</translation>
  </message>
  <message>
   <source>an engine in a thread has no guardian, and without one nothing is switched on</source>
   <translation>线程中的引擎没有守护进程，没有它就不接通任何东西</translation>
  </message>
  <message>
   <source>an engine of this name is running</source>
   <translation>同名引擎正在运行</translation>
  </message>
  <message>
   <source>an engine of this version cannot be asked for this ({why})</source>
   <translation>此版本的引擎不能这样请求（{why}）</translation>
  </message>
  <message>
   <source>an ideality must be above 0</source>
   <translation>理想因子必须大于 0</translation>
  </message>
  <message>
   <source>an input is outside the node limits</source>
   <translation>某个输入超出节点限值</translation>
  </message>
  <message>
   <source>an input of {input_V:.6g} V is outside the bench's {low_V:g}…{high_V:g} V</source>
   <translation>{input_V:.6g} V 的输入超出实验台的 {low_V:g}…{high_V:g} V</translation>
  </message>
  <message>
   <source>an output reads no number</source>
   <translation>某个输出的读数不是数</translation>
  </message>
  <message>
   <source>an output this close to its label counts as right</source>
   <translation>输出与标签相差在此之内即为正确</translation>
  </message>
  <message>
   <source>another instrument, another baud rate, or a line that echoes or is very noisy</source>
   <translation>是另一台仪器、另一种波特率，或线路有回声或噪声很大</translation>
  </message>
  <message>
   <source>another kind, or method.hinge = "off"</source>
   <translation>换一种，或 method.hinge = "off"</translation>
  </message>
  <message>
   <source>another program has it open</source>
   <translation>它已被另一个程序打开</translation>
  </message>
  <message>
   <source>another program, or another task of this one, is using it</source>
   <translation>另一个程序或本程序的另一个任务正在使用它</translation>
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
   <source>applied: {calibrations}</source>
   <translation>已应用：{calibrations}</translation>
  </message>
  <message>
   <source>arm its pulse</source>
   <translation>准备脉冲</translation>
  </message>
  <message>
   <source>arm its watchdog</source>
   <translation>启动看门狗</translation>
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
   <source>ask for fewer, several times</source>
   <translation>请少要几个，分多次</translation>
  </message>
  <message>
   <source>ask for less, or correct the channel's limits in the bench file</source>
   <translation>请降低要求，或改正实验台文件中该通道的限值</translation>
  </message>
  <message>
   <source>asked for by {who}</source>
   <translation>由{who}请求</translation>
  </message>
  <message>
   <source>at least two rounds (start and end) are needed</source>
   <translation>至少需要两轮（开始和结束）</translation>
  </message>
  <message>
   <source>at most this many single cycles are kept, evenly spread</source>
   <translation>最多保留这么多单个周期，均匀分布</translation>
  </message>
  <message>
   <source>at most {most} on disk, {free} free</source>
   <translation>硬盘上至多 {most}，空闲 {free}</translation>
  </message>
  <message>
   <source>at most {pulse_max_s:g} s</source>
   <translation>至多 {pulse_max_s:g} s</translation>
  </message>
  <message>
   <source>at the speed of the latest run here</source>
   <translation>按此处最近一次运行的速度</translation>
  </message>
  <message>
   <source>at the usual speed of the simulator</source>
   <translation>按模拟器的通常速度</translation>
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
   <source>be reset</source>
   <translation>复位</translation>
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
   <source>block of {cycles} cycles has {inputs} inputs, {labels} labels</source>
   <translation>{cycles} 个周期的块有 {inputs} 个输入、{labels} 个标签</translation>
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
   <source>board {serial} answers, the bench file names {expected}</source>
   <translation>应答的是电路板 {serial}，实验台文件写的是 {expected}</translation>
  </message>
  <message>
   <source>boards were exchanged or renamed</source>
   <translation>板卡被调换或改名</translation>
  </message>
  <message>
   <source>both copies</source>
   <translation>两个副本</translation>
  </message>
  <message>
   <source>both drift tests run along the same line: they are of one task</source>
   <translation>两个漂移测试沿同一直线：它们属于同一任务</translation>
  </message>
  <message>
   <source>bring the NI gRPC device server up to date</source>
   <translation>请更新 NI gRPC 设备服务器</translation>
  </message>
  <message>
   <source>bring the bench to its safe state, then start again</source>
   <translation>请使实验台进入安全状态，然后重新开始</translation>
  </message>
  <message>
   <source>by the method</source>
   <translation>由方法决定</translation>
  </message>
  <message>
   <source>calibrate {routine}</source>
   <translation>校准 {routine}</translation>
  </message>
  <message>
   <source>calibrated</source>
   <translation>已校准</translation>
  </message>
  <message>
   <source>calibrating</source>
   <translation>校准</translation>
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
   <source>cannot answer {question}</source>
   <translation>无法应答 {question}</translation>
  </message>
  <message>
   <source>cannot be closed</source>
   <translation>无法关闭</translation>
  </message>
  <message>
   <source>cannot be emulated at this address</source>
   <translation>不能在此地址仿真</translation>
  </message>
  <message>
   <source>cannot be opened</source>
   <translation>无法打开</translation>
  </message>
  <message>
   <source>cannot be read as a quantity</source>
   <translation>无法读作一个量</translation>
  </message>
  <message>
   <source>cannot be read: {error}</source>
   <translation>无法读取：{error}</translation>
  </message>
  <message>
   <source>cannot be set up</source>
   <translation>无法设置</translation>
  </message>
  <message>
   <source>cannot be told {text}</source>
   <translation>无法接收 {text}</translation>
  </message>
  <message>
   <source>cannot be told, it does not learn</source>
   <translation>无法得知，它不学习</translation>
  </message>
  <message>
   <source>cannot watch itself</source>
   <translation>无法监视自己</translation>
  </message>
  <message>
   <source>centre</source>
   <translation>中心</translation>
  </message>
  <message>
   <source>channel {channel}</source>
   <translation>通道 {channel}</translation>
  </message>
  <message>
   <source>channel {channel} ({name})</source>
   <translation>通道 {channel}（{name}）</translation>
  </message>
  <message>
   <source>channel {channel} has no limits, so it must not be driven</source>
   <translation>通道 {channel} 没有限值，因此不得驱动</translation>
  </message>
  <message>
   <source>channel {channel} holds {voltage_V:.6g} V and {current_A:.6g} A, beyond its limits</source>
   <translation>通道 {channel} 为 {voltage_V:.6g} V 和 {current_A:.6g} A，超出其限值</translation>
  </message>
  <message>
   <source>channels names one channel twice: {numbers}</source>
   <translation>channels 中同一通道出现两次：{numbers}</translation>
  </message>
  <message>
   <source>charge per pulse</source>
   <translation>每个脉冲的电荷</translation>
  </message>
  <message>
   <source>check cable and power, then open the bench again</source>
   <translation>请检查电缆和电源，然后重新打开实验台</translation>
  </message>
  <message>
   <source>check cable and power, wait until NI MAX lists it again, and open the bench anew</source>
   <translation>请检查电缆和电源，等 NI MAX 重新列出它，再重新打开实验台</translation>
  </message>
  <message>
   <source>check its supply, its enable and address lines; nothing of it was used</source>
   <translation>请检查其电源、使能线和地址线；读数均未使用</translation>
  </message>
  <message>
   <source>check power and cable; left alone, it makes itself safe when its dead-man time is over</source>
   <translation>请检查电源和电缆；若无人理会，无人值守时间一到它会自行进入安全状态</translation>
  </message>
  <message>
   <source>check power, cable and address, and that no other program uses it</source>
   <translation>请检查电源、电缆和地址，并确认没有其他程序使用它</translation>
  </message>
  <message>
   <source>check that firmware and labctl speak the same protocol version</source>
   <translation>请检查固件与 labctl 是否使用同一协议版本</translation>
  </message>
  <message>
   <source>check that it is on and in remote, check the cable, then try again</source>
   <translation>请检查它已开机并处于远程状态，检查电缆，然后重试</translation>
  </message>
  <message>
   <source>check the address in the bench file</source>
   <translation>请检查实验台文件中的地址</translation>
  </message>
  <message>
   <source>check the address in the bench file and which instrument is plugged in</source>
   <translation>请检查实验台文件中的地址以及插的是哪台仪器</translation>
  </message>
  <message>
   <source>check the meter's wires, or correct across_channel in the bench file</source>
   <translation>请检查电压表的接线，或改正实验台文件中的 across_channel</translation>
  </message>
  <message>
   <source>check the path</source>
   <translation>请检查路径</translation>
  </message>
  <message>
   <source>check the port</source>
   <translation>请检查端口</translation>
  </message>
  <message>
   <source>check the wire and the channel's range in the bench file; nothing of it was used</source>
   <translation>请检查接线和实验台文件中该通道的范围；读数均未使用</translation>
  </message>
  <message>
   <source>check the wire, or choose a larger range in the bench file</source>
   <translation>请检查接线，或在实验台文件中选择更大的范围</translation>
  </message>
  <message>
   <source>check what the clock and trigger terminals are wired to, or allow more time</source>
   <translation>请检查时钟和触发端子接到何处，或给更长的时间</translation>
  </message>
  <message>
   <source>checking</source>
   <translation>检查</translation>
  </message>
  <message>
   <source>choose a node that no source drives</source>
   <translation>请选择没有源驱动的节点</translation>
  </message>
  <message>
   <source>choose an experiment</source>
   <translation>选择实验</translation>
  </message>
  <message>
   <source>choose another --out</source>
   <translation>请选择另一个 --out</translation>
  </message>
  <message>
   <source>choose another strategy in the bench file, or another board</source>
   <translation>请在实验台文件中选择另一种方式，或换一块板卡</translation>
  </message>
  <message>
   <source>choose on-demand timing in the bench file, or another board</source>
   <translation>请在实验台文件中选择按需定时，或换一块板卡</translation>
  </message>
  <message>
   <source>choose {allowed}</source>
   <translation>请选择 {allowed}</translation>
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
   <source>chopping is in step with the task cycle: a task would meet the copies mostly in one role</source>
   <translation>斩波与任务周期同步：一个任务会总以同一角色遇到两个副本</translation>
  </message>
  <message>
   <source>chopping needs a wire at daq.learn.chop</source>
   <translation>斩波需要在 daq.learn.chop 接线</translation>
  </message>
  <message>
   <source>chosen: {bench}</source>
   <translation>已选：{bench}</translation>
  </message>
  <message>
   <source>clamp at node {node}</source>
   <translation>节点 {node} 的钳位</translation>
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
   <source>clamped node {node}</source>
   <translation>钳位副本节点 {node}</translation>
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
   <source>clear its watchdog</source>
   <translation>清除看门狗</translation>
  </message>
  <message>
   <source>close a task</source>
   <translation>关闭任务</translation>
  </message>
  <message>
   <source>close other programs that use the board (NI MAX, LabVIEW, another labctl), or reset it</source>
   <translation>请关闭使用该板卡的其他程序（NI MAX、LabVIEW、另一个 labctl），或将其复位</translation>
  </message>
  <message>
   <source>close that program and try again</source>
   <translation>请关闭该程序后重试</translation>
  </message>
  <message>
   <source>columns</source>
   <translation>列数</translation>
  </message>
  <message>
   <source>compare the bench file's channels with the board's, or check which board is plugged in</source>
   <translation>请比较实验台文件与板卡的通道，或检查插的是哪块板卡</translation>
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
   <source>connect that one, or correct the product in the bench file</source>
   <translation>请连接那一台，或改正实验台文件中的产品</translation>
  </message>
  <message>
   <source>connect that one, or correct the serial number in the bench file</source>
   <translation>请连接那一台，或改正实验台文件中的序列号</translation>
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
   <source>copy it again from where it was published</source>
   <translation>请从其发布处重新复制</translation>
  </message>
  <message>
   <source>correct the address, or say so in the bench file</source>
   <translation>请改正地址，或在实验台文件中注明</translation>
  </message>
  <message>
   <source>correct the address, or take simulated = true out of the bench file</source>
   <translation>请改正地址，或从实验台文件中删去 simulated = true</translation>
  </message>
  <message>
   <source>correct the channels in the bench file, or check which board is plugged in</source>
   <translation>请改正实验台文件中的通道，或检查插的是哪块板卡</translation>
  </message>
  <message>
   <source>could not be opened:
{branches}</source>
   <translation>无法打开：
{branches}</translation>
  </message>
  <message>
   <source>count its pulses</source>
   <translation>计数脉冲</translation>
  </message>
  <message>
   <source>currents do not add up at the nodes (χ² {chi2:.3g})</source>
   <translation>节点上的电流之和不为零（χ² {chi2:.3g}）</translation>
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
   <source>cycle {cycle} is next, the record is of other cycles</source>
   <translation>下一个是周期 {cycle}，记录属于其他周期</translation>
  </message>
  <message>
   <source>cycles</source>
   <translation>周期数</translation>
  </message>
  <message>
   <source>cycles from {first_cycle} on arrived instead of {first}</source>
   <translation>收到的是从 {first_cycle} 开始的周期，而不是 {first}</translation>
  </message>
  <message>
   <source>dac was calibrated with other wires: not corrected is {sources}</source>
   <translation>dac 是在另一种接线下校准的：未修正 {sources}</translation>
  </message>
  <message>
   <source>daq</source>
   <translation>DAQ 板卡</translation>
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
   <source>did you mean {guess}? </source>
   <translation>您是指 {guess} 吗？</translation>
  </message>
  <message>
   <source>diode, open and short may replace a fixed resistor</source>
   <translation>固定电阻只能换成二极管、断路或短路</translation>
  </message>
  <message>
   <source>disarm its watchdog</source>
   <translation>停用看门狗</translation>
  </message>
  <message>
   <source>divide by the number of data points still wrong</source>
   <translation>除以仍然错误的数据点数</translation>
  </message>
  <message>
   <source>does it learn</source>
   <translation>是否学习</translation>
  </message>
  <message>
   <source>does not fit the network</source>
   <translation>与网络不相符</translation>
  </message>
  <message>
   <source>does not fit the wiring</source>
   <translation>与接线不相符</translation>
  </message>
  <message>
   <source>done</source>
   <translation>完成</translation>
  </message>
  <message>
   <source>dropped samples</source>
   <translation>丢失采样</translation>
  </message>
  <message>
   <source>each of edges 0…{count} once</source>
   <translation>边 0…{count} 各一次</translation>
  </message>
  <message>
   <source>each row needs non-negative weights, not all zero</source>
   <translation>每行需要非负且不全为零的权重</translation>
  </message>
  <message>
   <source>edge</source>
   <translation>边</translation>
  </message>
  <message>
   <source>edge {edge} cannot be both open and shorted</source>
   <translation>边 {edge} 不能既断路又短路</translation>
  </message>
  <message>
   <source>edge {edge} gets a learning rate below 0</source>
   <translation>边 {edge} 的学习率低于 0</translation>
  </message>
  <message>
   <source>edge {edge} gets its lower wall above its upper one</source>
   <translation>边 {edge} 的下边界高于上边界</translation>
  </message>
  <message>
   <source>edge {edge} gets no strength in the {copy} copy</source>
   <translation>边 {edge} 在{copy}副本中没有强度</translation>
  </message>
  <message>
   <source>edge {name}</source>
   <translation>边 {name}</translation>
  </message>
  <message>
   <source>edge {number} joins a node to itself</source>
   <translation>边 {number} 把一个节点连到自身</translation>
  </message>
  <message>
   <source>edge {number} names a node that does not exist</source>
   <translation>边 {number} 指向不存在的节点</translation>
  </message>
  <message>
   <source>edge_laws names edge {edge} twice</source>
   <translation>edge_laws 两次指明边 {edge}</translation>
  </message>
  <message>
   <source>edges are 0 to {last}</source>
   <translation>边为 0 到 {last}</translation>
  </message>
  <message>
   <source>edges {some} were not met in all three regimes: {regimes}</source>
   <translation>边 {some} 没有在全部三个工作区中测到：{regimes}</translation>
  </message>
  <message>
   <source>emulated are {there}</source>
   <translation>可仿真的是 {there}</translation>
  </message>
  <message>
   <source>emulation.off: {wrong}; there are {loose}</source>
   <translation>emulation.off：{wrong}；现有 {loose}</translation>
  </message>
  <message>
   <source>emulation.swapped: {one} and {other} are no {what} of this bench; there are {names}</source>
   <translation>emulation.swapped：{one} 和 {other} 不是此实验台的{what}；现有 {names}</translation>
  </message>
  <message>
   <source>emulation.swapped: {twice} is in two swaps; name each wire once</source>
   <translation>emulation.swapped：{twice} 出现在两次互换中；每根线只写一次</translation>
  </message>
  <message>
   <source>emulation.touching: {one} and {other} are no source wires of this bench; there are {sources}</source>
   <translation>emulation.touching：{one} 和 {other} 不是此实验台的源线；现有 {sources}</translation>
  </message>
  <message>
   <source>end its pulse</source>
   <translation>结束脉冲</translation>
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
   <source>engine {name} (process {pid}) has not answered for {time:g} s</source>
   <translation>引擎 {name}（进程 {pid}）已有 {time:g} s 没有应答</translation>
  </message>
  <message>
   <source>engine {name} does not let us in: its key has changed</source>
   <translation>引擎 {name} 不让我们进入：其密钥已改变</translation>
  </message>
  <message>
   <source>engine {name} has answered nothing</source>
   <translation>引擎 {name} 没有答复任何内容</translation>
  </message>
  <message>
   <source>engine {name} has ended</source>
   <translation>引擎 {name} 已结束</translation>
  </message>
  <message>
   <source>engine {name} has ended or was killed{last}; committed cycles are kept: 'labctl runs recover {folder}' stores them</source>
   <translation>引擎 {name} 已结束或被终止{last}；已提交的周期保留：'labctl runs recover {folder}' 会保存它们</translation>
  </message>
  <message>
   <source>engine {name} is {doing}; wait, or stop it</source>
   <translation>引擎 {name} 正在{doing}；请等待，或停止它</translation>
  </message>
  <message>
   <source>engine {name}: {error}; see 'labctl engines'</source>
   <translation>引擎 {name}：{error}；见 'labctl engines'</translation>
  </message>
  <message>
   <source>entries are {names}</source>
   <translation>条目为 {names}</translation>
  </message>
  <message>
   <source>entry {number} must be at least {least:g}</source>
   <translation>第 {number} 项必须至少为 {least:g}</translation>
  </message>
  <message>
   <source>entry {number} {sentence}</source>
   <translation>第 {number} 项{sentence}</translation>
  </message>
  <message>
   <source>erasure in turns needs two tasks that take turns</source>
   <translation>轮流遗忘需要两个轮流的任务</translation>
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
   <source>every output needs its labels</source>
   <translation>每个输出都需要标签</translation>
  </message>
  <message>
   <source>every point right in {rounds} rounds in a row</source>
   <translation>连续 {rounds} 轮所有数据点都正确</translation>
  </message>
  <message>
   <source>every pulse is reported exactly as asked for: this bench tells what it set, not what came; only a counter or an oscilloscope at the learn line can tell more</source>
   <translation>每个脉冲的报告都与要求完全一致：此实验台报告的是设定值，而非实际到达的值；只有接在学习线上的计数器或示波器能说明更多</translation>
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
   <source>feed its watchdog</source>
   <translation>喂看门狗</translation>
  </message>
  <message>
   <source>file not found</source>
   <translation>找不到文件</translation>
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
   <source>free node {node}</source>
   <translation>自由副本节点 {node}</translation>
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
   <source>gRPC {status}: {first_line}</source>
   <translation>gRPC {status}: {first_line}</translation>
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
   <source>gate_min must be below gate_max</source>
   <translation>gate_min 必须低于 gate_max</translation>
  </message>
  <message>
   <source>gates</source>
   <translation>栅极</translation>
  </message>
  <message>
   <source>gates and nodes</source>
   <translation>栅极与节点</translation>
  </message>
  <message>
   <source>gates do not hold what they are charged to: check the charge wire and line, and the address lines</source>
   <translation>栅极保持不住所充的电压：请检查充电线及其控制线和地址线</translation>
  </message>
  <message>
   <source>gates may have moved otherwise than recorded: go to the safe state and read them</source>
   <translation>栅极的移动可能与记录不同：请进入安全状态并读取它们</translation>
  </message>
  <message>
   <source>gates start evenly within ± this, drawn by the seed</source>
   <translation>栅极初值在 ± 此值内均匀分布，由种子抽取</translation>
  </message>
  <message>
   <source>give a learning pulse</source>
   <translation>给出学习脉冲</translation>
  </message>
  <message>
   <source>give a measured file</source>
   <translation>请给出测量文件</translation>
  </message>
  <message>
   <source>give a port such as /dev/ttyACM0</source>
   <translation>请给出端口，例如 /dev/ttyACM0</translation>
  </message>
  <message>
   <source>give at least one data point with a label</source>
   <translation>请至少给出一个带标签的数据点</translation>
  </message>
  <message>
   <source>give doses to 'labctl emulate', or run with --bench sim</source>
   <translation>请把剂量给 'labctl emulate'，或用 --bench sim 运行</translation>
  </message>
  <message>
   <source>give either node, or both positive and negative</source>
   <translation>请给出 node，或同时给出 positive 和 negative</translation>
  </message>
  <message>
   <source>give one per data point and output</source>
   <translation>请为每个数据点和输出各给一个</translation>
  </message>
  <message>
   <source>give runs of the same tasks</source>
   <translation>请给出相同任务的运行</translation>
  </message>
  <message>
   <source>go to the safe state and check what is wired to the line</source>
   <translation>请进入安全状态并检查该线接了什么</translation>
  </message>
  <message>
   <source>go to the safe state and measure the output with a meter; no reading was used</source>
   <translation>请进入安全状态并用电压表测量输出；读数均未使用</translation>
  </message>
  <message>
   <source>graph</source>
   <translation>图</translation>
  </message>
  <message>
   <source>green</source>
   <translation>绿</translation>
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
   <source>half a period is less than one cycle</source>
   <translation>半个周期不足一个周期</translation>
  </message>
  <message>
   <source>has no DAQ board to emulate</source>
   <translation>没有可仿真的 DAQ 板卡</translation>
  </message>
  <message>
   <source>has no [emulation] table, so there is nothing to emulate it with</source>
   <translation>没有 [emulation] 表，因此没有可用于仿真的内容</translation>
  </message>
  <message>
   <source>has no instrument for its timing</source>
   <translation>没有用于其定时的仪器</translation>
  </message>
  <message>
   <source>has no terminal for a node that is wired</source>
   <translation>某个已接线的节点没有端子</translation>
  </message>
  <message>
   <source>has no unit</source>
   <translation>没有单位</translation>
  </message>
  <message>
   <source>has no wire to node {node}, which the experiment needs</source>
   <translation>没有线接到实验需要的节点 {node}</translation>
  </message>
  <message>
   <source>has the shape {found} instead of {expected}</source>
   <translation>形状为 {found}，而不是 {expected}</translation>
  </message>
  <message>
   <source>has the wrong unit: {written} is not a measure of {unit}</source>
   <translation>单位不对：{written} 不是 {unit} 类的量</translation>
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
   <source>hold</source>
   <translation>保持</translation>
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
   <source>import the file that was saved after the run</source>
   <translation>请导入运行之后保存的文件</translation>
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
   <source>initial gates lie beyond the walls</source>
   <translation>初始栅极超出边界</translation>
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
   <source>inputs and labels are tables: one row per data point</source>
   <translation>输入和标签是表：每个数据点一行</translation>
  </message>
  <message>
   <source>inputs and labels differ in length</source>
   <translation>输入和标签长度不同</translation>
  </message>
  <message>
   <source>inputs are {known}</source>
   <translation>输入为 {known}</translation>
  </message>
  <message>
   <source>inputs come as rows of {sources} numbers</source>
   <translation>输入以 {sources} 个数为一行</translation>
  </message>
  <message>
   <source>inputs have shape {shape}, {sources} voltages per data point are needed</source>
   <translation>输入的形状为 {shape}，每个数据点需要 {sources} 个电压</translation>
  </message>
  <message>
   <source>install NI-DAQmx from ni.com, or give the bench file the grpc:// address of a computer that has it</source>
   <translation>请从 ni.com 安装 NI-DAQmx，或在实验台文件中给出装有它的计算机的 grpc:// 地址</translation>
  </message>
  <message>
   <source>install it with: pip install "nidaqmx[grpc]"</source>
   <translation>安装命令：pip install "nidaqmx[grpc]"</translation>
  </message>
  <message>
   <source>install pyvisa-py and use backend '@py', or install the maker's VISA</source>
   <translation>请安装 pyvisa-py 并使用后端 '@py'，或安装厂商的 VISA</translation>
  </message>
  <message>
   <source>install the firmware that belongs to this labctl</source>
   <translation>请安装与此 labctl 配套的固件</translation>
  </message>
  <message>
   <source>instead of an answer</source>
   <translation>而没有应答</translation>
  </message>
  <message>
   <source>instrument</source>
   <translation>仪器</translation>
  </message>
  <message>
   <source>instruments.meter.across_channel: the supply has no channel {across_channel} here</source>
   <translation>instruments.meter.across_channel：此处的电源没有通道 {across_channel}</translation>
  </message>
  <message>
   <source>interval cycles</source>
   <translation>间隔周期</translation>
  </message>
  <message>
   <source>is a fixed resistor of the network: it cannot become a transistor</source>
   <translation>是网络的固定电阻：不能变成晶体管</translation>
  </message>
  <message>
   <source>is a fixed resistor: it has no gate</source>
   <translation>是固定电阻：没有栅极</translation>
  </message>
  <message>
   <source>is a run of other tasks or wires than {other}; the drift of a gate holds for the voltages of one task set</source>
   <translation>该运行的任务或接线与 {other} 不同；栅极的漂移只适用于一组任务的电压</translation>
  </message>
  <message>
   <source>is an option of its own</source>
   <translation>有自己的选项</translation>
  </message>
  <message>
   <source>is at an instrument that is not emulated</source>
   <translation>位于没有仿真的仪器上</translation>
  </message>
  <message>
   <source>is finer than the timebase</source>
   <translation>比时基更细</translation>
  </message>
  <message>
   <source>is missing</source>
   <translation>缺失</translation>
  </message>
  <message>
   <source>is missing or empty</source>
   <translation>缺失或为空</translation>
  </message>
  <message>
   <source>is neither source nor target here: wires go to {there}</source>
   <translation>在此既不是源也不是目标：接线的节点为 {there}</translation>
  </message>
  <message>
   <source>is no DAQmx device name</source>
   <translation>不是 DAQmx 设备名</translation>
  </message>
  <message>
   <source>is no address of NI-DAQmx</source>
   <translation>不是 NI-DAQmx 的地址</translation>
  </message>
  <message>
   <source>is no current limit</source>
   <translation>不是电流限值</translation>
  </message>
  <message>
   <source>is no drift test: {error}</source>
   <translation>不是漂移测试：{error}</translation>
  </message>
  <message>
   <source>is no engine name</source>
   <translation>不是引擎名</translation>
  </message>
  <message>
   <source>is no hardware bench</source>
   <translation>不是真实实验台</translation>
  </message>
  <message>
   <source>is no input of the board</source>
   <translation>不是板卡的输入</translation>
  </message>
  <message>
   <source>is no line</source>
   <translation>不是线</translation>
  </message>
  <message>
   <source>is no line of the board</source>
   <translation>不是板卡的线</translation>
  </message>
  <message>
   <source>is no voltage</source>
   <translation>不是电压</translation>
  </message>
  <message>
   <source>is no voltage range</source>
   <translation>不是电压范围</translation>
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
   <source>is not a text</source>
   <translation>不是文本</translation>
  </message>
  <message>
   <source>is not a whole number</source>
   <translation>不是整数</translation>
  </message>
  <message>
   <source>is not an override</source>
   <translation>不是覆盖值</translation>
  </message>
  <message>
   <source>is not numeric</source>
   <translation>不是数值</translation>
  </message>
  <message>
   <source>is not valid TOML: {error}</source>
   <translation>不是有效的 TOML：{error}</translation>
  </message>
  <message>
   <source>is only known to {uncertainty_mV:.2g} mV, its voltage hardly varies in this wiring</source>
   <translation>只知道到 {uncertainty_mV:.2g} mV，在此接线下其电压几乎不变</translation>
  </message>
  <message>
   <source>is the board plugged in and the address right?</source>
   <translation>电路板插好了吗？地址对吗？</translation>
  </message>
  <message>
   <source>is the controller's USB cable plugged in, and is it a cable with data lines?</source>
   <translation>控制器的 USB 电缆插好了吗？是带数据线的电缆吗？</translation>
  </message>
  <message>
   <source>is the file of a real bench</source>
   <translation>是真实实验台的文件</translation>
  </message>
  <message>
   <source>is too long a path</source>
   <translation>路径太长</translation>
  </message>
  <message>
   <source>issued in the future</source>
   <translation>签发时间在未来</translation>
  </message>
  <message>
   <source>it cannot be opened</source>
   <translation>无法打开</translation>
  </message>
  <message>
   <source>it cannot do this, or not in its present state</source>
   <translation>它做不到，或在当前状态下做不到</translation>
  </message>
  <message>
   <source>it cannot integrate for {cycles:g} power line cycles</source>
   <translation>它不能积分 {cycles:g} 个工频周期</translation>
  </message>
  <message>
   <source>it cannot read this command</source>
   <translation>它读不懂这条命令</translation>
  </message>
  <message>
   <source>it cannot use the block</source>
   <translation>它无法使用该块</translation>
  </message>
  <message>
   <source>it could not go on {at}</source>
   <translation>它{at}无法继续</translation>
  </message>
  <message>
   <source>it did not pass</source>
   <translation>它没有通过</translation>
  </message>
  <message>
   <source>it did not take {what}</source>
   <translation>它没有接受{what}</translation>
  </message>
  <message>
   <source>it does not know its wiring</source>
   <translation>它不知道自己的接线</translation>
  </message>
  <message>
   <source>it does not know this command</source>
   <translation>它不认识这条命令</translation>
  </message>
  <message>
   <source>it does not know this session any more</source>
   <translation>它已不认识这次会话</translation>
  </message>
  <message>
   <source>it has another name, or is not in this computer</source>
   <translation>它有另一个名称，或不在此计算机中</translation>
  </message>
  <message>
   <source>it has stopped measuring, or holds its reading</source>
   <translation>它已停止测量，或保持着读数</translation>
  </message>
  <message>
   <source>it has {nodes} nodes and {edges} edges, the experiment {asked_nodes} and {asked_edges}</source>
   <translation>它有 {nodes} 个节点和 {edges} 条边，实验则有 {asked_nodes} 和 {asked_edges}</translation>
  </message>
  <message>
   <source>it is "sim" or "hardware"</source>
   <translation>它是 "sim" 或 "hardware"</translation>
  </message>
  <message>
   <source>it is a {found}, the bench file expects {expected}</source>
   <translation>它是 {found}，实验台文件要求 {expected}</translation>
  </message>
  <message>
   <source>it is not open</source>
   <translation>它没有打开</translation>
  </message>
  <message>
   <source>it is not running, or the network is down</source>
   <translation>它没有运行，或网络中断</translation>
  </message>
  <message>
   <source>it is older than nidaqmx here, or an emulator</source>
   <translation>它比此处的 nidaqmx 旧，或是仿真器</translation>
  </message>
  <message>
   <source>it is outside the range of the channel</source>
   <translation>它超出通道的范围</translation>
  </message>
  <message>
   <source>it is running a block</source>
   <translation>它正在运行一个块</translation>
  </message>
  <message>
   <source>it made itself safe {at}</source>
   <translation>它{at}自行进入安全状态</translation>
  </message>
  <message>
   <source>it must be "hardware"; simulated benches have no instruments</source>
   <translation>它必须是 "hardware"；模拟实验台没有仪器</translation>
  </message>
  <message>
   <source>it must be a TOML file, UTF-8</source>
   <translation>它必须是 UTF-8 的 TOML 文件</translation>
  </message>
  <message>
   <source>it reads {seen_V:.4g} V across {label} of the supply, which gives {read_V:.4g} V</source>
   <translation>它在电源的{label}上读到 {seen_V:.4g} V，而电源输出 {read_V:.4g} V</translation>
  </message>
  <message>
   <source>it refuses a value</source>
   <translation>它拒绝一个值</translation>
  </message>
  <message>
   <source>it repeats an old reading</source>
   <translation>它重复了旧的读数</translation>
  </message>
  <message>
   <source>it reports an error {when}: {said}</source>
   <translation>它{when}报告错误：{said}</translation>
  </message>
  <message>
   <source>it said nothing</source>
   <translation>它什么也没说</translation>
  </message>
  <message>
   <source>it says to be {first}, then {again}</source>
   <translation>它先说是 {first}，后来又说是 {again}</translation>
  </message>
  <message>
   <source>it sorts into more than two classes, which labctl cannot express</source>
   <translation>它分成两个以上的类别，labctl 无法表示</translation>
  </message>
  <message>
   <source>it speaks version {version}</source>
   <translation>它使用版本 {version}</translation>
  </message>
  <message>
   <source>it was damaged on its way, or server and nidaqmx do not fit</source>
   <translation>它在途中损坏，或服务器与 nidaqmx 不匹配</translation>
  </message>
  <message>
   <source>it was restarted</source>
   <translation>它重新启动过</translation>
  </message>
  <message>
   <source>it was restarted, or another program has taken it over</source>
   <translation>它重新启动过，或已被另一个程序占用</translation>
  </message>
  <message>
   <source>it was set by hand, or never</source>
   <translation>它是手动设置的，或从未设置</translation>
  </message>
  <message>
   <source>it was told to be safe and still holds {what_is_wrong}</source>
   <translation>已要求它进入安全状态，它仍保持 {what_is_wrong}</translation>
  </message>
  <message>
   <source>it was unplugged, has lost power, or its driver restarted</source>
   <translation>它被拔下、断电，或其驱动重新启动</translation>
  </message>
  <message>
   <source>it was {product} {serial:08X} and now is {found}</source>
   <translation>它原来是 {product} {serial:08X}，现在是 {found}</translation>
  </message>
  <message>
   <source>its arrays differ in their number of rounds: the run was saved half way</source>
   <translation>其数组的轮数不同：该运行是在中途保存的</translation>
  </message>
  <message>
   <source>its channels are 1 to {count}</source>
   <translation>其通道为 1 到 {count}</translation>
  </message>
  <message>
   <source>its class labels were measured during the run, which labctl cannot express</source>
   <translation>其类别标签是在运行中测得的，labctl 无法表示</translation>
  </message>
  <message>
   <source>its dead-man timer fired and it made itself safe</source>
   <translation>其无人值守计时器触发，它已自行进入安全状态</translation>
  </message>
  <message>
   <source>its dead-man timer fired: labctl was silent for too long</source>
   <translation>其无人值守计时器触发：labctl 沉默太久</translation>
  </message>
  <message>
   <source>its edges do not follow the square law, the only one the manifold is known for</source>
   <translation>其边不遵循平方律，而流形只在平方律下已知</translation>
  </message>
  <message>
   <source>its experiment makes no sense to labctl: {error}</source>
   <translation>其实验对 labctl 没有意义：{error}</translation>
  </message>
  <message>
   <source>its field '{field}' {what}</source>
   <translation>其字段 '{field}' {what}</translation>
  </message>
  <message>
   <source>its firmware differs</source>
   <translation>其固件不同</translation>
  </message>
  <message>
   <source>its firmware is older</source>
   <translation>其固件较旧</translation>
  </message>
  <message>
   <source>its firmware speaks another version of the protocol than {version}</source>
   <translation>其固件使用的协议版本不是 {version}</translation>
  </message>
  <message>
   <source>its inputs and outputs cannot share a sample clock</source>
   <translation>其输入和输出不能共用采样时钟</translation>
  </message>
  <message>
   <source>its instruments are emulators: is {emulators} running with this bench file?</source>
   <translation>其仪器是仿真的：{emulators}是否正以此实验台文件运行？</translation>
  </message>
  <message>
   <source>its mixing circuit is set to η = {eta:.4g}, the method wants {wanted:.4g}</source>
   <translation>其混合电路设为 η = {eta:.4g}，方法需要 {wanted:.4g}</translation>
  </message>
  <message>
   <source>its mixing circuit only pulls toward a label: use software clamps for this method</source>
   <translation>其混合电路只能拉向标签：此方法请使用软件钳位</translation>
  </message>
  <message>
   <source>its name does not tell the experiment and the task</source>
   <translation>其名称没有说明实验和任务</translation>
  </message>
  <message>
   <source>its network is not the whole periodic 4×4 lattice, the only one labctl imports</source>
   <translation>其网络不是完整的周期性 4×4 格点，labctl 只导入这一种</translation>
  </message>
  <message>
   <source>its outputs are differential, but its targets do not come in pairs</source>
   <translation>其输出是差分的，但目标不成对</translation>
  </message>
  <message>
   <source>its own limit is {limit:g}</source>
   <translation>它自己的限值是 {limit:g}</translation>
  </message>
  <message>
   <source>its periods do not increase, or a value is not above 0</source>
   <translation>其周期不递增，或某个值不大于 0</translation>
  </message>
  <message>
   <source>its receive buffer ran over {attempts} times</source>
   <translation>其接收缓冲区溢出了 {attempts} 次</translation>
  </message>
  <message>
   <source>its rows differ in length: the file is cut short or is another table</source>
   <translation>其各行长度不同：文件被截断，或是另一种表</translation>
  </message>
  <message>
   <source>its serial number is {serial:08X}, the bench file expects {expected:08X}</source>
   <translation>其序列号是 {serial:08X}，实验台文件要求 {expected:08X}</translation>
  </message>
  <message>
   <source>its supply is off, or below its voltage</source>
   <translation>其电源已关闭，或低于其电压</translation>
  </message>
  <message>
   <source>its tasks do not take turns, so there is no cycle</source>
   <translation>其任务不轮流，因此没有循环</translation>
  </message>
  <message>
   <source>its three arrays differ in length</source>
   <translation>其三个数组长度不同</translation>
  </message>
  <message>
   <source>its times do not increase, or a value is no number</source>
   <translation>其时间不递增，或某个值不是数</translation>
  </message>
  <message>
   <source>jitter of the learning pulse, rms</source>
   <translation>学习脉冲抖动，均方根</translation>
  </message>
  <message>
   <source>join the group that owns it, usually `dialout`, and log in again</source>
   <translation>请加入拥有它的用户组（通常是 `dialout`），然后重新登录</translation>
  </message>
  <message>
   <source>keep the published name, exp1DriftTest_1.mat</source>
   <translation>请保留发布时的名称 exp1DriftTest_1.mat</translation>
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
   <source>labctl was silent for too long</source>
   <translation>labctl 沉默太久</translation>
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
   <source>label of {output}</source>
   <translation>{output} 的标签</translation>
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
   <source>learning off, sources 0 V, clamps released</source>
   <translation>学习关闭，源为 0 V，钳位已释放</translation>
  </message>
  <message>
   <source>learning off, sources at 0 V, clamps released, the supply as the bench file says</source>
   <translation>学习关闭，源为 0 V，钳位已释放，电源按实验台文件</translation>
  </message>
  <message>
   <source>learning off, sources at 0 V, clamps released; the instruments are let go</source>
   <translation>学习关闭，源为 0 V，钳位释放；仪器已断开</translation>
  </message>
  <message>
   <source>learning on</source>
   <translation>学习开启</translation>
  </message>
  <message>
   <source>learning pulses alone at most; no run here has told the rest</source>
   <translation>至多只是学习脉冲；此处还没有运行说明其余部分</translation>
  </message>
  <message>
   <source>learning pulses alone; no run here has told the rest</source>
   <translation>只是学习脉冲；此处还没有运行说明其余部分</translation>
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
   <source>least before most</source>
   <translation>最小值在最大值之前</translation>
  </message>
  <message>
   <source>less than a second</source>
   <translation>不到一秒</translation>
  </message>
  <message>
   <source>let half a period hold an even number of chops</source>
   <translation>请让半个周期包含偶数次斩波</translation>
  </message>
  <message>
   <source>levels</source>
   <translation>电平</translation>
  </message>
  <message>
   <source>levels {shape} do not fit {count} outputs</source>
   <translation>电平 {shape} 与 {count} 个输出不相符</translation>
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
   <source>limits.{least} must be below {most}</source>
   <translation>limits.{least} 必须低于 {most}</translation>
  </message>
  <message>
   <source>linear</source>
   <translation>线性</translation>
  </message>
  <message>
   <source>list its voltages</source>
   <translation>请列出其电压</translation>
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
   <source>look at its front panel, and check the model and the channel in the bench file</source>
   <translation>请查看其前面板，并检查实验台文件中的型号和通道</translation>
  </message>
  <message>
   <source>look at its front panel, and switch the output off by hand if in doubt</source>
   <translation>请查看其前面板，如有疑问请手动关闭输出</translation>
  </message>
  <message>
   <source>look at the board</source>
   <translation>请查看电路板</translation>
  </message>
  <message>
   <source>look at the board, then open the bench again</source>
   <translation>请查看电路板，然后重新打开实验台</translation>
  </message>
  <message>
   <source>look at the server's own log</source>
   <translation>请查看服务器自己的日志</translation>
  </message>
  <message>
   <source>look at {responsible} (seed {seed})</source>
   <translation>请看 {responsible}（种子 {seed}）</translation>
  </message>
  <message>
   <source>look for a short on the board, or raise max_current in the bench file</source>
   <translation>请查找电路板上的短路，或提高实验台文件中的 max_current</translation>
  </message>
  <message>
   <source>look the code up at ni.com, or send it to whoever keeps this bench</source>
   <translation>请到 ni.com 查询该代码，或发给管理此实验台的人</translation>
  </message>
  <message>
   <source>low</source>
   <translation>低</translation>
  </message>
  <message>
   <source>lower the sample rate or the block length; nothing of this reading was used</source>
   <translation>请降低采样率或块长度；此次读数均未使用</translation>
  </message>
  <message>
   <source>lower the sample rate; the outputs stopped half-way, so start again from the safe state</source>
   <translation>请降低采样率；输出在中途停止，请从安全状态重新开始</translation>
  </message>
  <message>
   <source>made safe by the guardian {time:.1f} s after it noticed ({parts}): {reason}</source>
   <translation>守护进程在发现后 {time:.1f} 秒使其进入安全状态（{parts}）：{reason}</translation>
  </message>
  <message>
   <source>make one with 'labctl calibrate twin{options}', or name its file with --twin-file</source>
   <translation>请用 'labctl calibrate twin{options}' 制作一个，或用 --twin-file 指定其文件</translation>
  </message>
  <message>
   <source>make sure that the board under test is well, then open the bench anew</source>
   <translation>请确认被测电路板完好，然后重新打开实验台</translation>
  </message>
  <message>
   <source>make {folder} writable</source>
   <translation>请使 {folder} 可写</translation>
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
   <source>multimeter at node {node}</source>
   <translation>万用表接节点 {node}</translation>
  </message>
  <message>
   <source>must be a list</source>
   <translation>必须是列表</translation>
  </message>
  <message>
   <source>must be a number</source>
   <translation>必须是数</translation>
  </message>
  <message>
   <source>must be a table</source>
   <translation>必须是表</translation>
  </message>
  <message>
   <source>must be a text, in quotes</source>
   <translation>必须是带引号的文本</translation>
  </message>
  <message>
   <source>must be a whole number</source>
   <translation>必须是整数</translation>
  </message>
  <message>
   <source>must be above 0</source>
   <translation>必须大于 0</translation>
  </message>
  <message>
   <source>must be above {bound}</source>
   <translation>必须大于 {bound}</translation>
  </message>
  <message>
   <source>must be at least 1</source>
   <translation>必须至少为 1</translation>
  </message>
  <message>
   <source>must be at least {bound}</source>
   <translation>必须至少为 {bound}</translation>
  </message>
  <message>
   <source>must be at most {bound}</source>
   <translation>必须至多为 {bound}</translation>
  </message>
  <message>
   <source>must be one of {expected}</source>
   <translation>必须是以下之一：{expected}</translation>
  </message>
  <message>
   <source>must be true or false</source>
   <translation>必须是 true 或 false</translation>
  </message>
  <message>
   <source>must not be negative</source>
   <translation>不得为负</translation>
  </message>
  <message>
   <source>name</source>
   <translation>名称</translation>
  </message>
  <message>
   <source>name an experiment that is wired as the board is, with --experiment</source>
   <translation>用 --experiment 指定与电路板接线一致的实验</translation>
  </message>
  <message>
   <source>name at least one</source>
   <translation>请至少写出一个</translation>
  </message>
  <message>
   <source>name more address lines</source>
   <translation>请写出更多地址线</translation>
  </message>
  <message>
   <source>name the lines it is one of</source>
   <translation>请写出它所在的线组</translation>
  </message>
  <message>
   <source>names a table, not a value</source>
   <translation>指的是表，而不是值</translation>
  </message>
  <message>
   <source>names no edge, or one twice</source>
   <translation>没有指明边，或同一条边写了两次</translation>
  </message>
  <message>
   <source>needs one value per edge</source>
   <translation>每条边需要一个值</translation>
  </message>
  <message>
   <source>needs one value per node</source>
   <translation>每个节点需要一个值</translation>
  </message>
  <message>
   <source>needs {discriminator}, which tells what it is</source>
   <translation>需要 {discriminator}，它说明这是什么</translation>
  </message>
  <message>
   <source>negative</source>
   <translation>负端</translation>
  </message>
  <message>
   <source>nidaqmx failed while it was to {what}</source>
   <translation>nidaqmx 在{what}时失败</translation>
  </message>
  <message>
   <source>nidaqmx needs NI's driver underneath</source>
   <translation>nidaqmx 需要 NI 的底层驱动</translation>
  </message>
  <message>
   <source>no VISA library for backend {backend}</source>
   <translation>后端 {backend} 没有 VISA 库</translation>
  </message>
  <message>
   <source>no VISA library for backend {backend}: {error}</source>
   <translation>后端 {backend} 没有 VISA 库：{error}</translation>
  </message>
  <message>
   <source>no answer to {question} within {limit_s:.2g} s</source>
   <translation>{limit_s:.2g} s 内对 {question} 没有应答</translation>
  </message>
  <message>
   <source>no answer to {what} within {limit_s:g} s</source>
   <translation>{limit_s:g} s 内对 {what} 没有应答</translation>
  </message>
  <message>
   <source>no answer within the time limit while it was to {what}</source>
   <translation>在{what}时，时限内没有应答</translation>
  </message>
  <message>
   <source>no board is called {device}: there is {boards}</source>
   <translation>没有名为 {device} 的板卡：现有 {boards}</translation>
  </message>
  <message>
   <source>no calibration '{routine}' of this board; a twin needs it, calibrate it first</source>
   <translation>此电路板没有校准 '{routine}'；孪生板需要它，请先校准</translation>
  </message>
  <message>
   <source>no calibration is used</source>
   <translation>没有使用校准</translation>
  </message>
  <message>
   <source>no channel has limits</source>
   <translation>没有通道有限值</translation>
  </message>
  <message>
   <source>no edges join this target to any source</source>
   <translation>没有边把此目标连到任何源</translation>
  </message>
  <message>
   <source>no emulator or serial server listens there</source>
   <translation>那里没有仿真器或串口服务器在监听</translation>
  </message>
  <message>
   <source>no gates were read</source>
   <translation>没有读取栅极</translation>
  </message>
  <message>
   <source>no guardian is running</source>
   <translation>没有守护进程在运行</translation>
  </message>
  <message>
   <source>no imperfection at all: identical devices, exact converters, no bias</source>
   <translation>没有任何不完美性：器件相同、转换器精确、无偏置</translation>
  </message>
  <message>
   <source>no input is named</source>
   <translation>没有写出输入</translation>
  </message>
  <message>
   <source>no input varies over the data points</source>
   <translation>没有输入随数据点变化</translation>
  </message>
  <message>
   <source>no line is named</source>
   <translation>没有写出线</translation>
  </message>
  <message>
   <source>no output is named</source>
   <translation>没有写出输出</translation>
  </message>
  <message>
   <source>no outputs were read</source>
   <translation>没有读取输出</translation>
  </message>
  <message>
   <source>no real-time priority asked for</source>
   <translation>没有要求实时优先级</translation>
  </message>
  <message>
   <source>no reason known</source>
   <translation>原因不明</translation>
  </message>
  <message>
   <source>no round lies at a switch of tasks</source>
   <translation>没有轮次在任务切换处</translation>
  </message>
  <message>
   <source>no run has {rounds} rounds between {least_s:g} and {most_s:g} s of learning; give runs whose tasks take turns quickly</source>
   <translation>没有一次运行在学习的 {least_s:g} 到 {most_s:g} s 之间有 {rounds} 轮；请给出任务快速轮流的运行</translation>
  </message>
  <message>
   <source>no run yet</source>
   <translation>尚无运行</translation>
  </message>
  <message>
   <source>no such edge</source>
   <translation>没有这条边</translation>
  </message>
  <message>
   <source>no such engine</source>
   <translation>没有这个引擎</translation>
  </message>
  <message>
   <source>no such entry</source>
   <translation>没有这个条目</translation>
  </message>
  <message>
   <source>no such imperfection preset</source>
   <translation>没有这个不完美性预设</translation>
  </message>
  <message>
   <source>no such input</source>
   <translation>没有这个输入</translation>
  </message>
  <message>
   <source>no such kind of bench</source>
   <translation>没有这种实验台</translation>
  </message>
  <message>
   <source>no such node</source>
   <translation>没有这个节点</translation>
  </message>
  <message>
   <source>no such {what}</source>
   <translation>没有这个{what}</translation>
  </message>
  <message>
   <source>no terminal drives or reads this wire</source>
   <translation>没有端子驱动或读取此线</translation>
  </message>
  <message>
   <source>no two rounds lie half a period ({half} cycles) apart at switches</source>
   <translation>切换处没有相隔半个周期（{half} 个周期）的两轮</translation>
  </message>
  <message>
   <source>no wire drives anything: is the board powered, are they plugged in?</source>
   <translation>没有一根线能驱动：电路板通电了吗？线都插好了吗？</translation>
  </message>
  <message>
   <source>no wire goes to node {node}, which the experiment needs for {name}</source>
   <translation>没有线接到节点 {node}，而实验需要它作为{name}</translation>
  </message>
  <message>
   <source>no.</source>
   <translation>编号</translation>
  </message>
  <message>
   <source>nobody can be kept from using it meanwhile: {error}</source>
   <translation>期间无法阻止他人使用它：{error}</translation>
  </message>
  <message>
   <source>nobody has watched for {time:g} s</source>
   <translation>已有 {time:g} s 无人观看</translation>
  </message>
  <message>
   <source>nobody takes the call</source>
   <translation>没有人应答</translation>
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
   <source>node {node} of the {copy} copy</source>
   <translation>{copy}副本的节点 {node}</translation>
  </message>
  <message>
   <source>nodes</source>
   <translation>节点</translation>
  </message>
  <message>
   <source>nodes are 0 to {nodes}</source>
   <translation>节点为 0 到 {nodes}</translation>
  </message>
  <message>
   <source>nodes are 0…{nodes}</source>
   <translation>节点为 0…{nodes}</translation>
  </message>
  <message>
   <source>noise</source>
   <translation>噪声</translation>
  </message>
  <message>
   <source>noise must not be negative</source>
   <translation>噪声不得为负</translation>
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
   <source>none</source>
   <translation>无</translation>
  </message>
  <message>
   <source>none is running</source>
   <translation>没有正在运行的</translation>
  </message>
  <message>
   <source>none: every source is a rail</source>
   <translation>无：每个源都是轨</translation>
  </message>
  <message>
   <source>normalise</source>
   <translation>归一化</translation>
  </message>
  <message>
   <source>not every part is known to be safe</source>
   <translation>不能确知每个部分都安全</translation>
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
   <source>nothing</source>
   <translation>无</translation>
  </message>
  <message>
   <source>nothing is connected</source>
   <translation>未连接任何东西</translation>
  </message>
  <message>
   <source>nothing of it was used; check the cable and close other programs, then try again</source>
   <translation>均未使用；请检查电缆并关闭其他程序，然后重试</translation>
  </message>
  <message>
   <source>nothing of it was used; if it happens again, compare their versions</source>
   <translation>均未使用；若再次发生，请比较二者的版本</translation>
  </message>
  <message>
   <source>nothing was energised</source>
   <translation>没有任何部件通电</translation>
  </message>
  <message>
   <source>nothing was sent; ask for less, or raise the limit in the bench file if the board stands it</source>
   <translation>没有发送任何内容；请降低要求，若电路板承受得住也可提高实验台文件中的限值</translation>
  </message>
  <message>
   <source>nothing was sent; give it limits in the bench file</source>
   <translation>没有发送任何内容；请在实验台文件中给它限值</translation>
  </message>
  <message>
   <source>nothing was sent; use shorter blocks</source>
   <translation>没有发送任何内容；请使用更短的块</translation>
  </message>
  <message>
   <source>nothing was sent; {action}</source>
   <translation>没有发送任何内容；{action}</translation>
  </message>
  <message>
   <source>nothing: a meter drives nothing</source>
   <translation>无：电压表不驱动任何东西</translation>
  </message>
  <message>
   <source>number the tasks 0, 1, …</source>
   <translation>任务编号为 0、1、…</translation>
  </message>
  <message>
   <source>number {serial} answers, the bench file names {expected}</source>
   <translation>应答的序列号是 {serial}，实验台文件写的是 {expected}</translation>
  </message>
  <message>
   <source>of {pulses} learning pulses {seen} came</source>
   <translation>{pulses} 个学习脉冲中来了 {seen} 个</translation>
  </message>
  <message>
   <source>of {samples} samples none is left after 1 and {settling}</source>
   <translation>{samples} 个样本中，除去 1 和 {settling} 个后一个不剩</translation>
  </message>
  <message>
   <source>off</source>
   <translation>关</translation>
  </message>
  <message>
   <source>off, or it hangs?</source>
   <translation>关机了，还是卡住了？</translation>
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
   <source>one class per data point is needed</source>
   <translation>每个数据点需要一个类别</translation>
  </message>
  <message>
   <source>one gate voltage per edge is needed</source>
   <translation>每条边需要一个栅极电压</translation>
  </message>
  <message>
   <source>one group per data point is needed</source>
   <translation>每个数据点需要一个组</translation>
  </message>
  <message>
   <source>one of {lines}</source>
   <translation>{lines} 之一</translation>
  </message>
  <message>
   <source>one per edge is needed</source>
   <translation>每条边需要一个</translation>
  </message>
  <message>
   <source>one position per node is needed</source>
   <translation>每个节点需要一个位置</translation>
  </message>
  <message>
   <source>one voltage, or one for each of {edges} edges</source>
   <translation>一个电压，或 {edges} 条边各一个</translation>
  </message>
  <message>
   <source>open edges</source>
   <translation>断开边</translation>
  </message>
  <message>
   <source>open it first</source>
   <translation>请先打开它</translation>
  </message>
  <message>
   <source>open the bench again</source>
   <translation>请重新打开实验台</translation>
  </message>
  <message>
   <source>open the bench again and look at the board</source>
   <translation>请重新打开实验台并查看电路板</translation>
  </message>
  <message>
   <source>open the bench again; if that does not help, the board is defective</source>
   <translation>请重新打开实验台；若无效，则电路板有故障</translation>
  </message>
  <message>
   <source>open the bench first</source>
   <translation>请先打开实验台</translation>
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
   <source>output {channel} OFF</source>
   <translation>输出 {channel} 关</translation>
  </message>
  <message>
   <source>output {channel} {wanted}</source>
   <translation>输出 {channel} {wanted}</translation>
  </message>
  <message>
   <source>outputs</source>
   <translation>输出</translation>
  </message>
  <message>
   <source>outputs are {names}</source>
   <translation>输出为 {names}</translation>
  </message>
  <message>
   <source>outputs off and set to 0 V</source>
   <translation>输出已关闭并设为 0 V</translation>
  </message>
  <message>
   <source>overclamping</source>
   <translation>过钳位</translation>
  </message>
  <message>
   <source>part of the network floats: its node voltages are not determined</source>
   <translation>网络的一部分悬空：其节点电压不确定</translation>
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
   <source>period has no meaning for the order {kind}</source>
   <translation>period 对次序 {kind} 没有意义</translation>
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
   <source>permission denied</source>
   <translation>权限不足</translation>
  </message>
  <message>
   <source>play a waveform</source>
   <translation>播放波形</translation>
  </message>
  <message>
   <source>plug in that board, or correct the serial number in the bench file</source>
   <translation>请插上那块电路板，或改正实验台文件中的序列号</translation>
  </message>
  <message>
   <source>plug one in and add it; wires go to nodes {nodes}</source>
   <translation>请插上一根并写入；现有的线接到节点 {nodes}</translation>
  </message>
  <message>
   <source>plug one in and name it in the bench file</source>
   <translation>请插上一根并写入实验台文件</translation>
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
   <source>port {port} of {host} cannot be used</source>
   <translation>{host} 的端口 {port} 无法使用</translation>
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
   <source>presets are {presets}; anything else must be an existing TOML file</source>
   <translation>预设为 {presets}；其他必须是现有的 TOML 文件</translation>
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
   <source>pulses are {gain:.3f} times as long as asked for, and {offset_us:.1f} µs more</source>
   <translation>脉冲长度是要求的 {gain:.3f} 倍，再多 {offset_us:.1f} µs</translation>
  </message>
  <message>
   <source>pulses of {length_us:g} µs</source>
   <translation>{length_us:g} µs 的脉冲</translation>
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
   <source>reach {count} edges, the board has {transistors}</source>
   <translation>能达到 {count} 条边，电路板有 {transistors} 条</translation>
  </message>
  <message>
   <source>reaches {reached} nodes and edges; the network has {nodes} and {edges}</source>
   <translation>能达到 {reached} 个节点和边；网络有 {nodes} 和 {edges}</translation>
  </message>
  <message>
   <source>read in step with its outputs</source>
   <translation>与其输出同步读取</translation>
  </message>
  <message>
   <source>read in step with the multiplexer</source>
   <translation>与多路复用器同步读取</translation>
  </message>
  <message>
   <source>read its inputs</source>
   <translation>读取其输入</translation>
  </message>
  <message>
   <source>read its lines</source>
   <translation>读取其线</translation>
  </message>
  <message>
   <source>read its outputs back</source>
   <translation>回读其输出</translation>
  </message>
  <message>
   <source>read-out</source>
   <translation>读出</translation>
  </message>
  <message>
   <source>readings</source>
   <translation>读数</translation>
  </message>
  <message>
   <source>reads node {node}</source>
   <translation>读到节点 {node}</translation>
  </message>
  <message>
   <source>reads something else</source>
   <translation>读到别的东西</translation>
  </message>
  <message>
   <source>ready on this computer</source>
   <translation>在本机就绪</translation>
  </message>
  <message>
   <source>real-time priority {priority} (SCHED_FIFO)</source>
   <translation>实时优先级 {priority}（SCHED_FIFO）</translation>
  </message>
  <message>
   <source>real-time priority {priority} was refused ({reason}): cycles may start late; allow it with 'rtprio' in /etc/security/limits.conf, or take engine.realtime_priority out of the bench file</source>
   <translation>实时优先级 {priority} 被拒绝（{reason}）：周期可能延迟开始；请在 /etc/security/limits.conf 中用 'rtprio' 允许，或从实验台文件中删去 engine.realtime_priority</translation>
  </message>
  <message>
   <source>reals of {width} bytes do not exist; 4 and 8 do</source>
   <translation>没有 {width} 字节的实数；只有 4 和 8</translation>
  </message>
  <message>
   <source>reason to start all the same</source>
   <translation>仍要开始的理由</translation>
  </message>
  <message>
   <source>record</source>
   <translation>记录</translation>
  </message>
  <message>
   <source>records were lost inside it</source>
   <translation>其中有记录丢失</translation>
  </message>
  <message>
   <source>records were lost inside it {at}</source>
   <translation>{at}其中有记录丢失</translation>
  </message>
  <message>
   <source>recovered</source>
   <translation>已恢复</translation>
  </message>
  <message>
   <source>red</source>
   <translation>红</translation>
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
   <source>report this as a defect</source>
   <translation>请报告此缺陷</translation>
  </message>
  <message>
   <source>report this network as a bug</source>
   <translation>请把此网络作为缺陷报告</translation>
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
   <source>round</source>
   <translation>一轮</translation>
  </message>
  <message>
   <source>rounds</source>
   <translation>轮数</translation>
  </message>
  <message>
   <source>rounds at switches need a task-cycle order</source>
   <translation>切换处的轮次需要任务循环次序</translation>
  </message>
  <message>
   <source>rounds must rise</source>
   <translation>轮次必须递增</translation>
  </message>
  <message>
   <source>rounds must run from cycle 0 to the last one</source>
   <translation>轮次必须从周期 0 到最后一个周期</translation>
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
   <source>run 'labctl calibrate {routine}{options}'</source>
   <translation>运行 'labctl calibrate {routine}{options}'</translation>
  </message>
  <message>
   <source>run shorter blocks or use a faster link</source>
   <translation>请使用更短的块或更快的连接</translation>
  </message>
  <message>
   <source>run the experiment on the board it is made for</source>
   <translation>请在对应的电路板上运行该实验</translation>
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
   <source>running: {names}</source>
   <translation>正在运行：{names}</translation>
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
   <source>samples were lost while it was to {what}</source>
   <translation>在{what}时有样本丢失</translation>
  </message>
  <message>
   <source>samples were not sent as fast as they were played</source>
   <translation>样本的发送速度赶不上播放速度</translation>
  </message>
  <message>
   <source>say simulated = true</source>
   <translation>请写 simulated = true</translation>
  </message>
  <message>
   <source>say whether its watchdog has expired</source>
   <translation>说明看门狗是否已触发</translation>
  </message>
  <message>
   <source>say which engine</source>
   <translation>请指明是哪个引擎</translation>
  </message>
  <message>
   <source>say who it is</source>
   <translation>说明自己是谁</translation>
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
   <source>see {attached} for the names there are, and correct the bench file</source>
   <translation>请看{attached}中现有的名称，并改正实验台文件</translation>
  </message>
  <message>
   <source>see {attached}, and correct the bench file or the name in NI MAX</source>
   <translation>请看{attached}，并改正实验台文件或 NI MAX 中的名称</translation>
  </message>
  <message>
   <source>seed {seed}</source>
   <translation>种子 {seed}</translation>
  </message>
  <message>
   <source>set its lines</source>
   <translation>设置其线</translation>
  </message>
  <message>
   <source>set its outputs</source>
   <translation>设置其输出</translation>
  </message>
  <message>
   <source>set mux.clocked = false in the bench file, or check what is wired to the lines</source>
   <translation>请在实验台文件中设 mux.clocked = false，或检查这些线接了什么</translation>
  </message>
  <message>
   <source>shape {shape}</source>
   <translation>形状 {shape}</translation>
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
   <source>shorten the learning pulse</source>
   <translation>请缩短学习脉冲</translation>
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
   <source>since the run began the bench file was changed: {keys}</source>
   <translation>运行开始后实验台文件被改动：{keys}</translation>
  </message>
  <message>
   <source>snapshot cycles must rise</source>
   <translation>快照周期必须递增</translation>
  </message>
  <message>
   <source>snapshots arrived for other cycles than asked for</source>
   <translation>收到的快照不属于所要求的周期</translation>
  </message>
  <message>
   <source>software clamps have `toward`, and no `labels`</source>
   <translation>软件钳位有 `toward`，没有 `labels`</translation>
  </message>
  <message>
   <source>some samples are missing or no numbers</source>
   <translation>有些样本缺失或不是数</translation>
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
   <source>source node {node}</source>
   <translation>源节点 {node}</translation>
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
   <source>source {name} is at node {at}, not {node}</source>
   <translation>源 {name} 在节点 {at}，而不是 {node}</translation>
  </message>
  <message>
   <source>source {number} at {volts:.4g} V</source>
   <translation>源 {number} 为 {volts:.4g} V</translation>
  </message>
  <message>
   <source>source {source}</source>
   <translation>源 {source}</translation>
  </message>
  <message>
   <source>source {source} does not reach {parts} of the node range</source>
   <translation>源 {source} 达不到节点范围的{parts}</translation>
  </message>
  <message>
   <source>sources</source>
   <translation>源</translation>
  </message>
  <message>
   <source>sources {name} and {other} touch each other (nodes {node}, {at})</source>
   <translation>源 {name} 与 {other} 相碰（节点 {node}、{at}）</translation>
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
   <source>start again when ready</source>
   <translation>准备好后请重新开始</translation>
  </message>
  <message>
   <source>start it again, check host and port in the bench file, and open the bench anew</source>
   <translation>请重新启动它，检查实验台文件中的主机和端口，再重新打开实验台</translation>
  </message>
  <message>
   <source>start it, or correct the address in the bench file</source>
   <translation>请启动它，或改正实验台文件中的地址</translation>
  </message>
  <message>
   <source>start the run again</source>
   <translation>请重新开始运行</translation>
  </message>
  <message>
   <source>started</source>
   <translation>开始时间</translation>
  </message>
  <message>
   <source>starting</source>
   <translation>开始</translation>
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
   <source>stay within the limits of the board</source>
   <translation>请不要超出电路板的限值</translation>
  </message>
  <message>
   <source>step through the multiplexer</source>
   <translation>步进多路复用器</translation>
  </message>
  <message>
   <source>steps</source>
   <translation>台阶</translation>
  </message>
  <message>
   <source>steps of {tick_s:g} s, from two steps on</source>
   <translation>以 {tick_s:g} s 为步长，至少两步</translation>
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
   <source>stop the block first</source>
   <translation>请先停止该块</translation>
  </message>
  <message>
   <source>stop the emulator or program that uses it, or change the address in the bench file</source>
   <translation>请停止占用它的仿真器或程序，或更改实验台文件中的地址</translation>
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
   <source>storing</source>
   <translation>保存</translation>
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
   <source>switch it off and on again, then compare it with another meter</source>
   <translation>请将其关机再开机，然后与另一块电压表比较</translation>
  </message>
  <message>
   <source>switch off its supply</source>
   <translation>请断开其电源</translation>
  </message>
  <message>
   <source>switch off the board's supply by hand</source>
   <translation>请手动断开电路板的电源</translation>
  </message>
  <message>
   <source>switched off, busy, or not listening</source>
   <translation>已关机、正忙，或没有在听</translation>
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
   <source>take the wire off, and out of the bench file</source>
   <translation>请拔掉这根线，并从实验台文件中删去</translation>
  </message>
  <message>
   <source>target at node {node} reads nothing: its wire is off</source>
   <translation>节点 {node} 的目标没有读数：其接线已脱落</translation>
  </message>
  <message>
   <source>target node is also a source</source>
   <translation>目标节点同时也是源</translation>
  </message>
  <message>
   <source>tasks that take turns must be about the same gates</source>
   <translation>轮流的任务必须针对相同的栅极</translation>
  </message>
  <message>
   <source>test error</source>
   <translation>测试误差</translation>
  </message>
  <message>
   <source>the Python package grpcio is not installed</source>
   <translation>未安装 Python 包 grpcio</translation>
  </message>
  <message>
   <source>the answer to {question} makes no sense: {got}</source>
   <translation>对 {question} 的应答没有意义：{got}</translation>
  </message>
  <message>
   <source>the bench check is being broken off; the bench is on its way to the safe state</source>
   <translation>正在中断实验台检查；实验台正在进入安全状态</translation>
  </message>
  <message>
   <source>the bench file was written for another board</source>
   <translation>实验台文件是为另一块板卡写的</translation>
  </message>
  <message>
   <source>the bench has not been checked</source>
   <translation>实验台尚未检查</translation>
  </message>
  <message>
   <source>the bench is already open: close it first</source>
   <translation>实验台已经打开：请先关闭</translation>
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
   <source>the bench is not open</source>
   <translation>实验台没有打开</translation>
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
   <source>the bias needs one value for each of {edges} gates</source>
   <translation>偏置需要 {edges} 个栅极各一个值</translation>
  </message>
  <message>
   <source>the block</source>
   <translation>该块</translation>
  </message>
  <message>
   <source>the block has no cycles, or a cycle names a row that is not there</source>
   <translation>该块没有周期，或某个周期指向不存在的行</translation>
  </message>
  <message>
   <source>the block holds a voltage that is no number</source>
   <translation>该块含有不是数的电压</translation>
  </message>
  <message>
   <source>the block is made for another wiring</source>
   <translation>该块是为另一种接线做的</translation>
  </message>
  <message>
   <source>the block it runs</source>
   <translation>它正在运行的块</translation>
  </message>
  <message>
   <source>the block was stopped {at}</source>
   <translation>该块{at}被停止</translation>
  </message>
  <message>
   <source>the block's labels or margins do not fit the wiring's outputs</source>
   <translation>块的标签或裕量与接线的输出不相符</translation>
  </message>
  <message>
   <source>the block's method cannot be used: {error}</source>
   <translation>该块的方法无法使用：{error}</translation>
  </message>
  <message>
   <source>the block's {name} hold a value that is no number</source>
   <translation>块的 {name} 中有一个值不是数</translation>
  </message>
  <message>
   <source>the board cannot {what}</source>
   <translation>板卡无法{what}</translation>
  </message>
  <message>
   <source>the board did not carry out what it was told</source>
   <translation>板卡没有执行要求</translation>
  </message>
  <message>
   <source>the board has another network ({nodes} nodes, {edges} edges) than the experiment ({asked_nodes} nodes, {asked_edges} edges)</source>
   <translation>电路板的网络（{nodes} 个节点，{edges} 条边）与实验的（{asked_nodes} 个节点，{asked_edges} 条边）不同</translation>
  </message>
  <message>
   <source>the board has no such channel</source>
   <translation>板卡没有这个通道</translation>
  </message>
  <message>
   <source>the board is gone while it was to {what}</source>
   <translation>在{what}时板卡消失</translation>
  </message>
  <message>
   <source>the board names limits that are no range</source>
   <translation>电路板给出的限值不成范围</translation>
  </message>
  <message>
   <source>the board offers a width, a length of frames or a window that cannot be used</source>
   <translation>电路板给出的宽度、帧长或窗口无法使用</translation>
  </message>
  <message>
   <source>the board refuses a voltage while it was to {what}</source>
   <translation>在{what}时板卡拒绝一个电压</translation>
  </message>
  <message>
   <source>the board reports an error while it was to {what}</source>
   <translation>在{what}时板卡报告错误</translation>
  </message>
  <message>
   <source>the board takes {low_mV:g} to {high_mV:g} mV here</source>
   <translation>电路板此处接受 {low_mV:g} 到 {high_mV:g} mV</translation>
  </message>
  <message>
   <source>the board that answers is {answered}, its calibrations were made with {others}</source>
   <translation>应答的电路板是 {answered}，其校准是用 {others} 做的</translation>
  </message>
  <message>
   <source>the board's watchdog has expired: its outputs are locked</source>
   <translation>板卡的看门狗已触发：其输出已锁定</translation>
  </message>
  <message>
   <source>the body ends after {count} bytes, {end} are needed</source>
   <translation>内容在 {count} 字节后结束，需要 {end} 字节</translation>
  </message>
  <message>
   <source>the check was broken off: {why}</source>
   <translation>检查已中断：{why}</translation>
  </message>
  <message>
   <source>the checks have not ended within {limit_s:g} s</source>
   <translation>检查在 {limit_s:g} s 内没有结束</translation>
  </message>
  <message>
   <source>the clamp amplitude must be above 0 V</source>
   <translation>钳位幅度必须大于 0 V</translation>
  </message>
  <message>
   <source>the clamp at node {node} does not move it</source>
   <translation>节点 {node} 的钳位不能移动它</translation>
  </message>
  <message>
   <source>the clamp at {channel} is {offset_mV:.1f} mV beside its aim</source>
   <translation>{channel} 的钳位偏离目标 {offset_mV:.1f} mV</translation>
  </message>
  <message>
   <source>the clamp at {channel} moves it {gain:.2f} times as far</source>
   <translation>{channel} 的钳位使它移动了应有的 {gain:.2f} 倍</translation>
  </message>
  <message>
   <source>the clamps</source>
   <translation>钳位</translation>
  </message>
  <message>
   <source>the clamps of nodes {node} and {other} are swapped</source>
   <translation>节点 {node} 与 {other} 的钳位接反</translation>
  </message>
  <message>
   <source>the connection broke</source>
   <translation>连接中断</translation>
  </message>
  <message>
   <source>the data set is empty</source>
   <translation>数据集为空</translation>
  </message>
  <message>
   <source>the dead-man time</source>
   <translation>无人值守时间</translation>
  </message>
  <message>
   <source>the device server cannot {what}</source>
   <translation>设备服务器无法{what}</translation>
  </message>
  <message>
   <source>the device server failed while it was to {what}</source>
   <translation>在{what}时设备服务器失败</translation>
  </message>
  <message>
   <source>the device server or the board hangs</source>
   <translation>设备服务器或板卡卡住</translation>
  </message>
  <message>
   <source>the direction is +1 or -1</source>
   <translation>方向为 +1 或 -1</translation>
  </message>
  <message>
   <source>the drift starts outside the walls</source>
   <translation>漂移从边界之外开始</translation>
  </message>
  <message>
   <source>the drift tests are of two experiments</source>
   <translation>两个漂移测试属于两个实验</translation>
  </message>
  <message>
   <source>the engine (process {pid}) died</source>
   <translation>引擎（进程 {pid}）已死</translation>
  </message>
  <message>
   <source>the engine (process {pid}) hung and was killed</source>
   <translation>引擎（进程 {pid}）卡住并被终止</translation>
  </message>
  <message>
   <source>the engine could not make the bench safe</source>
   <translation>引擎未能使实验台安全</translation>
  </message>
  <message>
   <source>the engine did not start: {said}</source>
   <translation>引擎没有启动：{said}</translation>
  </message>
  <message>
   <source>the engine died while it checked the bench</source>
   <translation>引擎在检查实验台时意外终止</translation>
  </message>
  <message>
   <source>the ensemble is already open: close it first</source>
   <translation>集合已经打开：请先关闭</translation>
  </message>
  <message>
   <source>the ensemble is not open</source>
   <translation>集合没有打开</translation>
  </message>
  <message>
   <source>the error never reaches {factor:g} times its floor</source>
   <translation>误差从未达到其下限的 {factor:g} 倍</translation>
  </message>
  <message>
   <source>the factor must be above 1 (got {factor})</source>
   <translation>倍数必须大于 1（得到 {factor}）</translation>
  </message>
  <message>
   <source>the file holds the parameters of a run only, nothing measured</source>
   <translation>该文件只含运行的参数，没有测量结果</translation>
  </message>
  <message>
   <source>the file is cut short or damaged: its MATLAB data cannot be read</source>
   <translation>文件被截断或损坏：无法读取其 MATLAB 数据</translation>
  </message>
  <message>
   <source>the file is cut short: its last line does not end</source>
   <translation>文件被截断：最后一行没有结束</translation>
  </message>
  <message>
   <source>the file is cut short: not even its MATLAB header is complete</source>
   <translation>文件被截断：连 MATLAB 文件头都不完整</translation>
  </message>
  <message>
   <source>the file is empty</source>
   <translation>文件为空</translation>
  </message>
  <message>
   <source>the file is not text, as a CSV table is</source>
   <translation>该文件不是文本，而 CSV 表应是文本</translation>
  </message>
  <message>
   <source>the gate of edge {edge}</source>
   <translation>边 {edge} 的栅极</translation>
  </message>
  <message>
   <source>the gate of edge {edge} reads {gate_V:.4g} V, which no gate can be at</source>
   <translation>边 {edge} 的栅极读到 {gate_V:.4g} V，栅极不可能为此值</translation>
  </message>
  <message>
   <source>the gate voltages</source>
   <translation>栅极电压</translation>
  </message>
  <message>
   <source>the gates hold what they have learned; the run can go on where it was</source>
   <translation>栅极保持所学内容；运行可从原处继续</translation>
  </message>
  <message>
   <source>the gates of that round were not read</source>
   <translation>那一轮的栅极没有读取</translation>
  </message>
  <message>
   <source>the guardian could not make the bench safe: {why}</source>
   <translation>守护进程未能使实验台进入安全状态：{why}</translation>
  </message>
  <message>
   <source>the guardian does not answer</source>
   <translation>守护进程没有应答</translation>
  </message>
  <message>
   <source>the guardian does not answer, and without it nothing is switched on</source>
   <translation>守护进程没有应答，没有它就不接通任何东西</translation>
  </message>
  <message>
   <source>the guardian has no line</source>
   <translation>守护进程没有通信线路</translation>
  </message>
  <message>
   <source>the guardian made the bench safe</source>
   <translation>守护进程已使实验台安全</translation>
  </message>
  <message>
   <source>the highest {above_mV:.2g} mV</source>
   <translation>最高 {above_mV:.2g} mV</translation>
  </message>
  <message>
   <source>the input is beyond its range of {range_V:g} V</source>
   <translation>输入超出其 {range_V:g} V 的范围</translation>
  </message>
  <message>
   <source>the input is open, overdriven, or its range is set too small</source>
   <translation>输入悬空、过驱动，或其范围设得太小</translation>
  </message>
  <message>
   <source>the inputs differ in length</source>
   <translation>各输入长度不同</translation>
  </message>
  <message>
   <source>the inputs hold a value that is no number</source>
   <translation>输入中有一个值不是数</translation>
  </message>
  <message>
   <source>the instrument does not follow, or its keys are being used</source>
   <translation>仪器没有跟随，或有人正在操作其按键</translation>
  </message>
  <message>
   <source>the last run on this bench did not end well</source>
   <translation>此实验台上次运行未正常结束</translation>
  </message>
  <message>
   <source>the learn line was put low and reads high</source>
   <translation>学习线已置低，读到的却是高</translation>
  </message>
  <message>
   <source>the learning pulse</source>
   <translation>学习脉冲</translation>
  </message>
  <message>
   <source>the line is shorted, driven from the other side, or the board did not obey</source>
   <translation>该线短路、被另一端驱动，或板卡没有服从</translation>
  </message>
  <message>
   <source>the lines did not follow the sample clock</source>
   <translation>这些线没有跟随采样时钟</translation>
  </message>
  <message>
   <source>the list of instruments</source>
   <translation>仪器列表</translation>
  </message>
  <message>
   <source>the longest learning pulse is more than the bench gives</source>
   <translation>最长的学习脉冲超过实验台能给出的</translation>
  </message>
  <message>
   <source>the longest pulse is above the limit</source>
   <translation>最长的脉冲超过限值</translation>
  </message>
  <message>
   <source>the lowest {below_mV:.2g} mV</source>
   <translation>最低 {below_mV:.2g} mV</translation>
  </message>
  <message>
   <source>the margins do not fit the outputs</source>
   <translation>裕量与输出不相符</translation>
  </message>
  <message>
   <source>the multiplexer is off, without supply, or wired otherwise</source>
   <translation>多路复用器已断开、没有电源或接线不同</translation>
  </message>
  <message>
   <source>the multiplexer stands at address {reached} after a sweep to {addresses}</source>
   <translation>扫描到 {addresses} 后多路复用器停在地址 {reached}</translation>
  </message>
  <message>
   <source>the network has {edges} edges, fixed resistors counted</source>
   <translation>网络有 {edges} 条边，包括固定电阻</translation>
  </message>
  <message>
   <source>the network has {nodes} nodes</source>
   <translation>网络有 {nodes} 个节点</translation>
  </message>
  <message>
   <source>the node voltages did not settle</source>
   <translation>节点电压没有稳定</translation>
  </message>
  <message>
   <source>the order is made for another number of data points</source>
   <translation>该次序是为另一数目的数据点做的</translation>
  </message>
  <message>
   <source>the output is overloaded or shorted, or the board did not carry out what it was told</source>
   <translation>输出过载或短路，或板卡没有执行要求</translation>
  </message>
  <message>
   <source>the output stays off; set voltage and current limit before switching on</source>
   <translation>输出保持关闭；接通前请设置电压和电流限值</translation>
  </message>
  <message>
   <source>the outputs ran dry while it was to {what}</source>
   <translation>在{what}时输出数据不足</translation>
  </message>
  <message>
   <source>the period must be above 0 s (got {period_s})</source>
   <translation>周期必须大于 0 s（得到 {period_s}）</translation>
  </message>
  <message>
   <source>the port is in use</source>
   <translation>端口已被占用</translation>
  </message>
  <message>
   <source>the program that emulates them</source>
   <translation>仿真它们的程序</translation>
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
   <source>the readings of the targets at nodes {node} and {other} are swapped</source>
   <translation>节点 {node} 与 {other} 的目标读数接反</translation>
  </message>
  <message>
   <source>the record ended {at}, {done} cycles arrived</source>
   <translation>记录{at}结束，收到 {done} 个周期</translation>
  </message>
  <message>
   <source>the run does not say how gates and conductances go together</source>
   <translation>该运行没有说明栅极与电导的关系</translation>
  </message>
  <message>
   <source>the run does not sort points into classes</source>
   <translation>该运行不把数据点分类</translation>
  </message>
  <message>
   <source>the run has ended and the bench is on its way to the safe state</source>
   <translation>运行已结束，实验台正进入安全状态</translation>
  </message>
  <message>
   <source>the safe state was not reached by {parts}:
{lines}</source>
   <translation>{parts}未达到安全状态：
{lines}</translation>
  </message>
  <message>
   <source>the sample clock or the start trigger did not come, or the time limit is too short</source>
   <translation>采样时钟或启动触发没有到来，或时限太短</translation>
  </message>
  <message>
   <source>the scan holds neither cycle spans nor errors</source>
   <translation>扫描中既没有循环跨度也没有误差</translation>
  </message>
  <message>
   <source>the solution lines are parallel: these tasks have no common solution</source>
   <translation>解直线平行：这些任务没有共同的解</translation>
  </message>
  <message>
   <source>the stored state is of another simulated board: use the same bench, seed and wiring</source>
   <translation>保存的状态属于另一块模拟电路板：请使用同样的实验台、种子和接线</translation>
  </message>
  <message>
   <source>the stored state of the simulated bench cannot be read: {error}</source>
   <translation>无法读取模拟实验台保存的状态：{error}</translation>
  </message>
  <message>
   <source>the table holds no numbers</source>
   <translation>表中没有数</translation>
  </message>
  <message>
   <source>the time was up before it could {what}</source>
   <translation>时间已到，尚未能{what}</translation>
  </message>
  <message>
   <source>the tolerance must be above 0 V</source>
   <translation>容差必须大于 0 V</translation>
  </message>
  <message>
   <source>the twin cannot be written: {error}</source>
   <translation>无法写入孪生板：{error}</translation>
  </message>
  <message>
   <source>the two drift tests have no range of gates in common</source>
   <translation>两个漂移测试没有共同的栅极范围</translation>
  </message>
  <message>
   <source>the walls are at {gate_min_V:g} and {gate_max_V:g} V</source>
   <translation>边界为 {gate_min_V:g} 和 {gate_max_V:g} V</translation>
  </message>
  <message>
   <source>the watchdog is not armed</source>
   <translation>看门狗没有启动</translation>
  </message>
  <message>
   <source>the window was closed</source>
   <translation>窗口已关闭</translation>
  </message>
  <message>
   <source>the wire of source {name} to node {node} is off in {where}</source>
   <translation>源 {name} 到节点 {node} 的线在{where}中脱落</translation>
  </message>
  <message>
   <source>the wires of sources {name} and {other} are swapped (nodes {node} and {at})</source>
   <translation>源 {name} 与 {other} 的线接反（节点 {node} 与 {at}）</translation>
  </message>
  <message>
   <source>the wiring</source>
   <translation>接线</translation>
  </message>
  <message>
   <source>the {copy} copy</source>
   <translation>{copy}副本</translation>
  </message>
  <message>
   <source>the {name} at {address} does not go that far</source>
   <translation>{address} 的 {name} 达不到那么远</translation>
  </message>
  <message>
   <source>there is no board of that name</source>
   <translation>没有该名称的板卡</translation>
  </message>
  <message>
   <source>there is no connection to the device server</source>
   <translation>与设备服务器没有连接</translation>
  </message>
  <message>
   <source>there is no edge {edge}: edges are 0 to {count}</source>
   <translation>没有边 {edge}：边为 0 到 {count}</translation>
  </message>
  <message>
   <source>there is no learning time over which gates could drift</source>
   <translation>没有栅极可以漂移的学习时间</translation>
  </message>
  <message>
   <source>there is no run under way to write a {what} into</source>
   <translation>没有正在进行的运行可写入{what}</translation>
  </message>
  <message>
   <source>there is no such port</source>
   <translation>没有这个端口</translation>
  </message>
  <message>
   <source>there is no twin of board {serial}</source>
   <translation>电路板 {serial} 没有孪生板</translation>
  </message>
  <message>
   <source>there is no wire {name} that can hang loose</source>
   <translation>没有可以悬空的线 {name}</translation>
  </message>
  <message>
   <source>these tasks have no error floor, so no period doubles it</source>
   <translation>这些任务没有误差下限，因此没有周期使其加倍</translation>
  </message>
  <message>
   <source>they came faster than this computer fetched them</source>
   <translation>它们到来的速度超过本机取走的速度</translation>
  </message>
  <message>
   <source>this MATLAB file holds no run labctl knows (it holds: {held})</source>
   <translation>此 MATLAB 文件不含 labctl 认识的运行（它含有：{held}）</translation>
  </message>
  <message>
   <source>this bench cannot carry out the method {method}: {problem}</source>
   <translation>此实验台无法执行方法 {method}：{problem}</translation>
  </message>
  <message>
   <source>this computer</source>
   <translation>本机</translation>
  </message>
  <message>
   <source>this computer did not answer it in time</source>
   <translation>本机没有及时应答它</translation>
  </message>
  <message>
   <source>this engine has not run anything yet</source>
   <translation>此引擎尚未运行过任何东西</translation>
  </message>
  <message>
   <source>this input has no values</source>
   <translation>此输入没有值</translation>
  </message>
  <message>
   <source>this is no address</source>
   <translation>这不是地址</translation>
  </message>
  <message>
   <source>this is no measured run</source>
   <translation>这不是测得的运行</translation>
  </message>
  <message>
   <source>this is none of the published tables</source>
   <translation>这不是已发表的表之一</translation>
  </message>
  <message>
   <source>this is not a run labctl can import</source>
   <translation>这不是 labctl 能导入的运行</translation>
  </message>
  <message>
   <source>this model does not have it</source>
   <translation>此型号没有该功能</translation>
  </message>
  <message>
   <source>this model has no clocked outputs</source>
   <translation>此型号没有带时钟的输出</translation>
  </message>
  <message>
   <source>this preflight sheet is out of date; check again</source>
   <translation>此预检单已过时；请重新检查</translation>
  </message>
  <message>
   <source>this stiffness has too few eigenvectors to be propagated</source>
   <translation>此刚度的本征向量太少，无法传播</translation>
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
   <source>timing = "controller" needs [instruments.controller]</source>
   <translation>timing = "controller" 需要 [instruments.controller]</translation>
  </message>
  <message>
   <source>timing = "daq" needs [instruments.daq]</source>
   <translation>timing = "daq" 需要 [instruments.daq]</translation>
  </message>
  <message>
   <source>to run all the same, give --uncalibrated REASON, which is stored with the run</source>
   <translation>若仍要运行，请给出 --uncalibrated 理由，它会与运行一起保存</translation>
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
   <source>training error below ({limit_mV:g} mV)²</source>
   <translation>训练误差低于 ({limit_mV:g} mV)²</translation>
  </message>
  <message>
   <source>two channels share a terminal</source>
   <translation>两个通道共用一个端子</translation>
  </message>
  <message>
   <source>two outputs share a target node</source>
   <translation>两个输出共用一个目标节点</translation>
  </message>
  <message>
   <source>two sources drive the same node</source>
   <translation>两个源驱动同一节点</translation>
  </message>
  <message>
   <source>two tasks take turns, so the gates follow no single line</source>
   <translation>两个任务轮流，因此栅极不沿单一直线</translation>
  </message>
  <message>
   <source>two {kind} have the same name</source>
   <translation>两个 {kind} 同名</translation>
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
   <source>up to {cycles:,} cycles</source>
   <translation>至多 {cycles:,} 个周期</translation>
  </message>
  <message>
   <source>up to {time:.4g} ms</source>
   <translation>至多 {time:.4g} ms</translation>
  </message>
  <message>
   <source>update the firmware</source>
   <translation>请更新固件</translation>
  </message>
  <message>
   <source>use a slower baud rate</source>
   <translation>请使用较低的波特率</translation>
  </message>
  <message>
   <source>use shorter blocks</source>
   <translation>请使用更短的块</translation>
  </message>
  <message>
   <source>use {example}</source>
   <translation>请用 {example}</translation>
  </message>
  <message>
   <source>valid</source>
   <translation>有效</translation>
  </message>
  <message>
   <source>values must be a list of plain numbers</source>
   <translation>values 必须是纯数的列表</translation>
  </message>
  <message>
   <source>voltage</source>
   <translation>电压</translation>
  </message>
  <message>
   <source>voltage is above max_voltage</source>
   <translation>voltage 高于 max_voltage</translation>
  </message>
  <message>
   <source>voltages did not settle</source>
   <translation>电压没有稳定</translation>
  </message>
  <message>
   <source>voltages did not settle for data point {point}</source>
   <translation>数据点 {point} 的电压没有稳定</translation>
  </message>
  <message>
   <source>voltages did not settle in cycle {first_cycle}</source>
   <translation>周期 {first_cycle} 中电压没有稳定</translation>
  </message>
  <message>
   <source>voltages did not settle while learning</source>
   <translation>学习时电压没有稳定</translation>
  </message>
  <message>
   <source>wait until that has ended, or stop it first; 'labctl engines' lists what runs</source>
   <translation>请等它结束，或先停止它；'labctl engines' 列出正在运行的</translation>
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
   <source>walls</source>
   <translation>边界</translation>
  </message>
  <message>
   <source>walls of the gate, standard deviation over edges; lower and upper wall drawn apart</source>
   <translation>栅极壁，各边标准差；上下壁分别抽取</translation>
  </message>
  <message>
   <source>was the board unplugged or switched off?</source>
   <translation>电路板被拔下或断电了吗？</translation>
  </message>
  <message>
   <source>what answers there does not speak the controller protocol</source>
   <translation>应答者不使用控制器协议</translation>
  </message>
  <message>
   <source>what came is no {kind}: {error}</source>
   <translation>收到的不是 {kind}：{error}</translation>
  </message>
  <message>
   <source>what it does</source>
   <translation>作用</translation>
  </message>
  <message>
   <source>what it needs to {what} is reserved</source>
   <translation>{what}所需的资源已被占用</translation>
  </message>
  <message>
   <source>what it reads back differs from what it was told</source>
   <translation>它回读的与要求它的不同</translation>
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
   <source>what {names} now holds is not known: it did not answer</source>
   <translation>{names} 现在的状态不明：没有应答</translation>
  </message>
  <message>
   <source>whether it was carried out is not known: go to the safe state, then start the server again</source>
   <translation>不知道是否已执行：请进入安全状态，然后重新启动服务器</translation>
  </message>
  <message>
   <source>whoever asked for it has gone</source>
   <translation>请求者已离开</translation>
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
   <source>wire the experiment's network, or run it on the board it is made for</source>
   <translation>请按实验的网络接线，或在对应的电路板上运行</translation>
  </message>
  <message>
   <source>wires</source>
   <translation>接线</translation>
  </message>
  <message>
   <source>wires {terminal} to node {node}, which the experiment leaves alone</source>
   <translation>把 {terminal} 接到节点 {node}，而实验不使用它</translation>
  </message>
  <message>
   <source>without bias the error stays zero: there is no crossover</source>
   <translation>没有偏置时误差保持为零：没有交叉点</translation>
  </message>
  <message>
   <source>without drift no wall is ever reached</source>
   <translation>没有漂移就永远达不到边界</translation>
  </message>
  <message>
   <source>write --{key} {value}</source>
   <translation>请写 --{key} {value}</translation>
  </message>
  <message>
   <source>write a list of quantities, one per edge, or { values = [1, 2], unit = "..." }</source>
   <translation>请写每条边一个量的列表，或 { values = [1, 2], unit = "..." }</translation>
  </message>
  <message>
   <source>write a list of voltages, or { values = [1, 2], unit = "mV" }</source>
   <translation>请写电压列表，或 { values = [1, 2], unit = "mV" }</translation>
  </message>
  <message>
   <source>write a note into the run …</source>
   <translation>写入运行记录 …</translation>
  </message>
  <message>
   <source>write key=value</source>
   <translation>请写 key=value</translation>
  </message>
  <message>
   <source>write this board's serial there and calibrate it, or give --uncalibrated REASON</source>
   <translation>请在该处写入此电路板的序列号并校准它，或给出 --uncalibrated 理由</translation>
  </message>
  <message>
   <source>write {wanted}</source>
   <translation>请写{wanted}</translation>
  </message>
  <message>
   <source>write {wanted}, in quotes</source>
   <translation>请写{wanted}，带引号</translation>
  </message>
  <message>
   <source>you may not use it: join its group, usually `dialout`, and log in again</source>
   <translation>您无权使用它：请加入其用户组（通常是 `dialout`），然后重新登录</translation>
  </message>
  <message>
   <source>you may not use this port</source>
   <translation>您无权使用此端口</translation>
  </message>
  <message>
   <source>{addresses} addresses do not fit {count} lines</source>
   <translation>{addresses} 个地址放不进 {count} 根线</translation>
  </message>
  <message>
   <source>{address} is in use by {who}</source>
   <translation>{address} 正被 {who} 使用</translation>
  </message>
  <message>
   <source>{allowed}, or {way}</source>
   <translation>{allowed}，或{way}</translation>
  </message>
  <message>
   <source>{answer} is neither on nor off</source>
   <translation>{answer} 既不是开也不是关</translation>
  </message>
  <message>
   <source>{answer} is no entry of an error queue</source>
   <translation>{answer} 不是错误队列的条目</translation>
  </message>
  <message>
   <source>{answer} is no number</source>
   <translation>{answer} 不是数</translation>
  </message>
  <message>
   <source>{attached} lists the ports that are there</source>
   <translation>{attached}会列出现有的端口</translation>
  </message>
  <message>
   <source>{bad_frames} damaged frames: a bad cable?</source>
   <translation>{bad_frames} 个损坏的帧：电缆不良？</translation>
  </message>
  <message>
   <source>{bench}, imperfections {doses}</source>
   <translation>{bench}，不完美性 {doses}</translation>
  </message>
  <message>
   <source>{channel} reads {read_V:.4g} V, the end of its range</source>
   <translation>{channel} 读到 {read_V:.4g} V，已到其范围尽头</translation>
  </message>
  <message>
   <source>{count} answers instead of {expected}</source>
   <translation>{count} 个应答，而不是 {expected} 个</translation>
  </message>
  <message>
   <source>{count} bytes too many at the end of the body</source>
   <translation>内容末尾多出 {count} 字节</translation>
  </message>
  <message>
   <source>{count} classes are needed, one per data point</source>
   <translation>需要 {count} 个类别，每个数据点一个</translation>
  </message>
  <message>
   <source>{count} configurations do not fit {seeds_count} seeds</source>
   <translation>{count} 个配置与 {seeds_count} 个种子不相符</translation>
  </message>
  <message>
   <source>{count} cycles are too many, a block holds {block_cycles}</source>
   <translation>{count} 个周期太多，一块容纳 {block_cycles} 个</translation>
  </message>
  <message>
   <source>{count} cycles are too many, {block_cycles} fit</source>
   <translation>{count} 个周期太多，容纳 {block_cycles} 个</translation>
  </message>
  <message>
   <source>{count} cycles asked for, a block holds {block_cycles}</source>
   <translation>要求 {count} 个周期，一块容纳 {block_cycles} 个</translation>
  </message>
  <message>
   <source>{count} edges</source>
   <translation>{count} 条边</translation>
  </message>
  <message>
   <source>{count} finite gate voltages are needed, not {shape}</source>
   <translation>需要 {count} 个有限的栅极电压，而不是 {shape}</translation>
  </message>
  <message>
   <source>{count} labels are needed, one per data point</source>
   <translation>需要 {count} 个标签，每个数据点一个</translation>
  </message>
  <message>
   <source>{count} of {size} bytes are here, or they are damaged</source>
   <translation>{size} 字节中到了 {count} 字节，或已损坏</translation>
  </message>
  <message>
   <source>{count} readings in a row are {reading} to the last digit</source>
   <translation>连续 {count} 个读数 {reading} 的每一位都相同</translation>
  </message>
  <message>
   <source>{count} rows do not fit into a block, {max_rows} do</source>
   <translation>{count} 行放不进一块，至多 {max_rows} 行</translation>
  </message>
  <message>
   <source>{current_A:.6g} A on {channel} is outside 0…{most_A:.6g} A</source>
   <translation>{channel}的 {current_A:.6g} A 超出 0…{most_A:.6g} A</translation>
  </message>
  <message>
   <source>{cycles:,} cycles are kept in {file}</source>
   <translation>{cycles:,} 个周期保存在 {file} 中</translation>
  </message>
  <message>
   <source>{cycles:,} cycles from cycle {first:,} on, {method}, {rounds} rounds; {room}</source>
   <translation>从周期 {first:,} 起 {cycles:,} 个周期，{method}，{rounds} 轮；{room}</translation>
  </message>
  <message>
   <source>{cycles:,} cycles, {method}, {rounds} rounds; {room}</source>
   <translation>{cycles:,} 个周期，{method}，{rounds} 轮；{room}</translation>
  </message>
  <message>
   <source>{cycles} cycles</source>
   <translation>{cycles} 个周期</translation>
  </message>
  <message>
   <source>{days:.0f} days</source>
   <translation>{days:.0f} 天</translation>
  </message>
  <message>
   <source>{discriminator} must be one of {expected_tags}</source>
   <translation>{discriminator} 必须是以下之一：{expected_tags}</translation>
  </message>
  <message>
   <source>{doses} with {change}</source>
   <translation>{doses}，并有 {change}</translation>
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
   <source>{edges} could not be pushed to the {wall} wall</source>
   <translation>{edges}无法被推到 {wall} 边界</translation>
  </message>
  <message>
   <source>{error}; {kept}; make room, then run 'labctl runs recover {folder}'</source>
   <translation>{error}；{kept}；请腾出空间，然后运行 'labctl runs recover {folder}'</translation>
  </message>
  <message>
   <source>{fact}, which answers for it</source>
   <translation>{fact}，由其负责</translation>
  </message>
  <message>
   <source>{failure}; make room, then go on with 'labctl runs resume {folder}'</source>
   <translation>{failure}；请腾出空间，然后用 'labctl runs resume {folder}' 继续</translation>
  </message>
  <message>
   <source>{fault} (and {count} more)</source>
   <translation>{fault}（另有 {count} 项）</translation>
  </message>
  <message>
   <source>{file} cannot be written: {why}. Choose another place.</source>
   <translation>{file} 无法写入：{why}。请选择其他位置。</translation>
  </message>
  <message>
   <source>{first:.6g}, then {second:.6g}</source>
   <translation>先是 {first:.6g}，后是 {second:.6g}</translation>
  </message>
  <message>
   <source>{first} and {last}</source>
   <translation>{first}和{last}</translation>
  </message>
  <message>
   <source>{first}, then {again}</source>
   <translation>先是 {first}，后是 {again}</translation>
  </message>
  <message>
   <source>{folder}: a run cannot be stored here: {reason}; choose another --out</source>
   <translation>{folder}：此处无法保存运行：{reason}；请选择另一个 --out</translation>
  </message>
  <message>
   <source>{folder}: experiment.toml or bench.toml was changed since the run began; put the old one back</source>
   <translation>{folder}：运行开始后 experiment.toml 或 bench.toml 被改动；请恢复原来的</translation>
  </message>
  <message>
   <source>{folder}: has no checkpoint to go on from; start it anew with 'labctl run'</source>
   <translation>{folder}：没有可继续的检查点；请用 'labctl run' 重新开始</translation>
  </message>
  <message>
   <source>{folder}: no such run folder</source>
   <translation>{folder}：没有这个运行文件夹</translation>
  </message>
  <message>
   <source>{folder}: only boards of transistors alone have a twin of this kind</source>
   <translation>{folder}：只有全由晶体管构成的电路板才有这种孪生板</translation>
  </message>
  <message>
   <source>{folder}: the calibration cannot be stored: {error}</source>
   <translation>{folder}：无法保存校准：{error}</translation>
  </message>
  <message>
   <source>{folder}: the run cannot be written: {error}</source>
   <translation>{folder}：无法写入该运行：{error}</translation>
  </message>
  <message>
   <source>{folder}: the run ended before anything was measured</source>
   <translation>{folder}：运行在测到任何东西之前就结束了</translation>
  </message>
  <message>
   <source>{folder}: the run has no gates to compare</source>
   <translation>{folder}：该运行没有可比较的栅极</translation>
  </message>
  <message>
   <source>{folder}: this run is complete; start a new one with 'labctl run'</source>
   <translation>{folder}：此运行已完成；请用 'labctl run' 开始新的运行</translation>
  </message>
  <message>
   <source>{folder}: was changed since the run began: {changed}; put back what it was</source>
   <translation>{folder}：运行开始后被改动：{changed}；请恢复原样</translation>
  </message>
  <message>
   <source>{found} numbers came, {count} were asked for</source>
   <translation>来了 {found} 个数，要求的是 {count} 个</translation>
  </message>
  <message>
   <source>{happened}; it was not used</source>
   <translation>{happened}；未被使用</translation>
  </message>
  <message>
   <source>{happened}; the record was not used</source>
   <translation>{happened}；该记录未被使用</translation>
  </message>
  <message>
   <source>{hint}keys here are {allowed}</source>
   <translation>{hint}此处的键为 {allowed}</translation>
  </message>
  <message>
   <source>{instrument} at {address}</source>
   <translation>{instrument}（{address}）</translation>
  </message>
  <message>
   <source>{key} must be one of {allowed} (got {value})</source>
   <translation>{key} 必须是以下之一：{allowed}（得到 {value}）</translation>
  </message>
  <message>
   <source>{kind}: gates moved unlike predicted (χ² {chi2:.3g} per burst)</source>
   <translation>{kind}：栅极的移动与预测不符（每组 χ² {chi2:.3g}）</translation>
  </message>
  <message>
   <source>{label} is set to {voltage:.4g} V and gives {read_V:.4g} V at {drawn_A:.3g} A</source>
   <translation>{label}设为 {voltage:.4g} V，在 {drawn_A:.3g} A 时输出 {read_V:.4g} V</translation>
  </message>
  <message>
   <source>{last} are needed</source>
   <translation>需要 {last} 个</translation>
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
   <source>{least:g} to {most:g}</source>
   <translation>{least:g} 到 {most:g}</translation>
  </message>
  <message>
   <source>{line} answers, {wanted} was expected</source>
   <translation>应答的是 {line}，应为 {wanted}</translation>
  </message>
  <message>
   <source>{line} is no identification</source>
   <translation>{line} 不是身份标识</translation>
  </message>
  <message>
   <source>{line} was set {state} and reads the opposite</source>
   <translation>{line} 设为{state}，读到的相反</translation>
  </message>
  <message>
   <source>{measured} measured, {predicted} on the twin</source>
   <translation>实测 {measured}，孪生 {predicted}</translation>
  </message>
  <message>
   <source>{minutes} min</source>
   <translation>{minutes} 分钟</translation>
  </message>
  <message>
   <source>{model} has no such channel</source>
   <translation>{model} 没有这个通道</translation>
  </message>
  <message>
   <source>{model} has no such range, in volts</source>
   <translation>{model} 没有这个范围（以伏为单位）</translation>
  </message>
  <message>
   <source>{model} with serial number {serial}</source>
   <translation>序列号为 {serial} 的 {model}</translation>
  </message>
  <message>
   <source>{name} (node {node})</source>
   <translation>{name}（节点 {node}）</translation>
  </message>
  <message>
   <source>{name} ({line}) and {other} ({second}) are swapped: nodes are read, and gates charged, under each other's numbers</source>
   <translation>{name}（{line}）与 {other}（{second}）接反：节点读取和栅极充电都用了对方的编号</translation>
  </message>
  <message>
   <source>{name} ({line}) stays {level}: it is off, stuck, or plugged in elsewhere</source>
   <translation>{name}（{line}）一直为{level}：已脱落、卡住或插在别处</translation>
  </message>
  <message>
   <source>{name} and {other} are both on node {node}</source>
   <translation>{name} 与 {other} 都在节点 {node} 上</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: each holds node {node} in the other's copy</source>
   <translation>{name} 与 {other} 接反：各自在对方的副本中钳住节点 {node}</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: each holds the other's node</source>
   <translation>{name} 与 {other} 接反：各自钳住对方的节点</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: each reads the other's node</source>
   <translation>{name} 与 {other} 接反：各自读到对方的节点</translation>
  </message>
  <message>
   <source>{name} and {other} are swapped: {name} drives node {at}, {other} node {node}</source>
   <translation>{name} 与 {other} 接反：{name} 驱动节点 {at}，{other} 驱动节点 {node}</translation>
  </message>
  <message>
   <source>{name} and {other} touch: driving one moves nodes {at} and {node} alike</source>
   <translation>{name} 与 {other} 相碰：驱动其一，节点 {at} 和 {node} 一同变化</translation>
  </message>
  <message>
   <source>{name} at {address}: {answer}</source>
   <translation>{name}（{address}）：{answer}</translation>
  </message>
  <message>
   <source>{name} brings {share:.0f} % of its voltage to node {node}: a bad contact, or a wrong gain</source>
   <translation>{name} 只把其电压的 {share:.0f} % 送到节点 {node}：接触不良，或增益不对</translation>
  </message>
  <message>
   <source>{name} does not hold {where}: it is off, or plugged in elsewhere</source>
   <translation>{name} 没有钳住{where}：已脱落，或插在别处</translation>
  </message>
  <message>
   <source>{name} does not know its wiring: wire it first</source>
   <translation>{name} 不知道其接线：请先接线</translation>
  </message>
  <message>
   <source>{name} does not learn: {part:.2f} of the nominal rate</source>
   <translation>{name} 不学习：为标称速率的 {part:.2f} 倍</translation>
  </message>
  <message>
   <source>{name} does not take its charge: asked for {asked_V:.2f} V, read {read_V:.2f} V</source>
   <translation>{name} 充不上电：要求 {asked_V:.2f} V，读到 {read_V:.2f} V</translation>
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
   <source>{name} has no channel {channel}: it has {channels}</source>
   <translation>{name} 没有通道 {channel}：它有 {channels}</translation>
  </message>
  <message>
   <source>{name} has no channel {unknown}: it has {order}</source>
   <translation>{name} 没有通道 {unknown}：它有 {order}</translation>
  </message>
  <message>
   <source>{name} has no line {unknown}: it has {order}</source>
   <translation>{name} 没有线 {unknown}：它有 {order}</translation>
  </message>
  <message>
   <source>{name} has not said who it is: open it first</source>
   <translation>{name} 尚未说明自己是谁：请先打开</translation>
  </message>
  <message>
   <source>{name} holds node {at} instead of {where}</source>
   <translation>{name} 钳住了节点 {at}，而不是{where}</translation>
  </message>
  <message>
   <source>{name} is dead: pulses that should move its gate do not</source>
   <translation>{name} 不动：应使其栅极移动的脉冲没有作用</translation>
  </message>
  <message>
   <source>{name} is no calibration; there are {routines}</source>
   <translation>{name} 不是校准；现有 {routines}</translation>
  </message>
  <message>
   <source>{name} is no sound transistor: {part}</source>
   <translation>{name} 不是正常的晶体管：{part}</translation>
  </message>
  <message>
   <source>{name} is no such terminal: write it like {example}, without the device</source>
   <translation>{name} 不是这样的端子：请写成 {example} 的形式，不带设备名</translation>
  </message>
  <message>
   <source>{name} is not open</source>
   <translation>{name} 没有打开</translation>
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
   <source>{name} is open already: close it first</source>
   <translation>{name} 已经打开：请先关闭</translation>
  </message>
  <message>
   <source>{name} is open: it conducts nothing at any gate</source>
   <translation>{name} 断路：任何栅极电压下都不导通</translation>
  </message>
  <message>
   <source>{name} is shorted: its ends are at one voltage at any gate</source>
   <translation>{name} 短路：任何栅极电压下两端电压相同</translation>
  </message>
  <message>
   <source>{name} learns at {part:.2f} of the nominal rate</source>
   <translation>{name} 以标称速率的 {part:.2f} 倍学习</translation>
  </message>
  <message>
   <source>{name} learns the wrong way: {part:.2f} of the nominal rate</source>
   <translation>{name} 学习方向相反：为标称速率的 {part:.2f} 倍</translation>
  </message>
  <message>
   <source>{name} lies between two sources: no voltage tells of it</source>
   <translation>{name} 位于两个源之间：没有电压能反映它</translation>
  </message>
  <message>
   <source>{name} loses {fall_V_per_s:.2f} V/s while held</source>
   <translation>{name} 保持时每秒下降 {fall_V_per_s:.2f} V</translation>
  </message>
  <message>
   <source>{name} moves {where} by {part}: a bad contact, or a wrong gain</source>
   <translation>{name} 使{where}移动了{part}：接触不良，或增益不对</translation>
  </message>
  <message>
   <source>{name} reads {at} with the wrong sign</source>
   <translation>{name} 读{at}的符号反了</translation>
  </message>
  <message>
   <source>{name} was set to {wanted:.4g} V and reads {echo_V:.4g} V</source>
   <translation>{name} 设为 {wanted:.4g} V，读到 {echo_V:.4g} V</translation>
  </message>
  <message>
   <source>{name} {what} instead of {at}</source>
   <translation>{name} {what}，而不是{at}</translation>
  </message>
  <message>
   <source>{name}: bias and contrast offset can hardly be told apart</source>
   <translation>{name}：偏置与对比偏移几乎无法区分</translation>
  </message>
  <message>
   <source>{name}: cycle {cycle} of {cycles}</source>
   <translation>{name}：第 {cycle} / {cycles} 周期</translation>
  </message>
  <message>
   <source>{name}: its gate does not take the charge it is given</source>
   <translation>{name}：其栅极充不上给它的电荷</translation>
  </message>
  <message>
   <source>{name}: the contrast offset {text}</source>
   <translation>{name}：对比偏移{text}</translation>
  </message>
  <message>
   <source>{name}: too little contrast in this wiring to tell its rate</source>
   <translation>{name}：在此接线下对比太小，无法得知其速率</translation>
  </message>
  <message>
   <source>{name}: what was read makes no sense ({error}); check the wires, then measure again</source>
   <translation>{name}：读到的没有意义（{error}）；请检查接线，然后重新测量</translation>
  </message>
  <message>
   <source>{need} terminals are needed</source>
   <translation>需要 {need} 个端子</translation>
  </message>
  <message>
   <source>{number} does not fit {count} address lines</source>
   <translation>{number} 放不进 {count} 根地址线</translation>
  </message>
  <message>
   <source>{number} is no {kind}</source>
   <translation>{number} 不是 {kind}</translation>
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
   <source>{outputs} labels per point needed</source>
   <translation>每点需要 {outputs} 个标签</translation>
  </message>
  <message>
   <source>{part0} and {part1}</source>
   <translation>{part0}和{part1}</translation>
  </message>
  <message>
   <source>{part0} and {part1} and {part2}</source>
   <translation>{part0}、{part1}和{part2}</translation>
  </message>
  <message>
   <source>{parts} holds no keys</source>
   <translation>{parts} 不含键</translation>
  </message>
  <message>
   <source>{path}: line {number} is damaged ({where}: {problem}); restore a copy of the file, or take the line out to lose that one calibration</source>
   <translation>{path}：第 {number} 行已损坏（{where}：{problem}）；请恢复该文件的副本，或删去此行（只失去这一次校准）</translation>
  </message>
  <message>
   <source>{path}: the calibrations cannot be read: {error}; restore a copy</source>
   <translation>{path}：无法读取校准：{error}；请恢复副本</translation>
  </message>
  <message>
   <source>{place} cannot be used: {error}</source>
   <translation>{place} 无法使用：{error}</translation>
  </message>
  <message>
   <source>{place}: engines cannot be reached here: {error}</source>
   <translation>{place}：此处无法连接引擎：{error}</translation>
  </message>
  <message>
   <source>{place}: is not yours alone; set LABCTL_RUNTIME_DIR to a folder that is</source>
   <translation>{place}：不是您独有的；请把 LABCTL_RUNTIME_DIR 设为您独有的文件夹</translation>
  </message>
  <message>
   <source>{problem} (got {value})</source>
   <translation>{problem}（得到 {value}）</translation>
  </message>
  <message>
   <source>{problem}; choose another folder with --store</source>
   <translation>{problem}；请用 --store 选择另一个文件夹</translation>
  </message>
  <message>
   <source>{read_V:g} V in a range of {range_V:g} V</source>
   <translation>在 {range_V:g} V 的范围内读到 {read_V:g} V</translation>
  </message>
  <message>
   <source>{reason}, and the engine was not safe after {time_s:g} s</source>
   <translation>{reason}，且引擎在 {time_s:g} s 后仍未安全</translation>
  </message>
  <message>
   <source>{routine} expired at {expires} UTC, while the run went on; {again} before the next one</source>
   <translation>{routine} 已于 {expires} UTC 过期，当时运行仍在继续；下次运行前请{again}</translation>
  </message>
  <message>
   <source>{routine} expired {span} ago; {again}</source>
   <translation>{routine} 已过期 {span}；{again}</translation>
  </message>
  <message>
   <source>{routine} expires at {expires} UTC, before the run is expected to end</source>
   <translation>{routine} 将于 {expires} UTC 过期，早于运行的预计结束时间</translation>
  </message>
  <message>
   <source>{routine} failed: {what}; repair, then {again}</source>
   <translation>{routine} 未通过：{what}；请修复，然后{again}</translation>
  </message>
  <message>
   <source>{routine} is valid for {left}</source>
   <translation>{routine} 还有 {left} 有效</translation>
  </message>
  <message>
   <source>{routine} is valid for {left} only; {again} soon</source>
   <translation>{routine} 只剩 {left} 有效；请尽快{again}</translation>
  </message>
  <message>
   <source>{routine} of {issued}</source>
   <translation>{routine}（{issued}）</translation>
  </message>
  <message>
   <source>{routine} was broken off: {why}</source>
   <translation>{routine} 已中断：{why}</translation>
  </message>
  <message>
   <source>{routine} was issued {span} in the future, a clock is or was wrong; set this computer's clock, or {again}</source>
   <translation>{routine} 的签发时间在 {span} 之后，某个时钟现在或当时不准；请校正本机时钟，或{again}</translation>
  </message>
  <message>
   <source>{routine} was never calibrated on this board; {again}</source>
   <translation>{routine} 从未在此电路板上校准过；{again}</translation>
  </message>
  <message>
   <source>{rows} residuals and {edges} gates need a jacobian ({rows}, {edges}) and a response ({edges}, {rows}), not {jacobian} and {response}</source>
   <translation>{rows} 个残差和 {edges} 个栅极需要雅可比矩阵（{rows}，{edges}）和响应（{edges}，{rows}），而不是 {jacobian} 和 {response}</translation>
  </message>
  <message>
   <source>{rows} residuals cannot belong to {points} data points</source>
   <translation>{rows} 个残差不可能属于 {points} 个数据点</translation>
  </message>
  <message>
   <source>{said} on channel {channel}</source>
   <translation>通道 {channel} 设为 {said}</translation>
  </message>
  <message>
   <source>{said}; until then it is not applied</source>
   <translation>{said}；在此之前不应用它</translation>
  </message>
  <message>
   <source>{samples} readings at once are asked for, it takes 1 to {most}</source>
   <translation>一次要求 {samples} 个读数，它接受 1 到 {most} 个</translation>
  </message>
  <message>
   <source>{samples} samples make no reading: ask for one or more</source>
   <translation>{samples} 个样本构不成读数：请要求一个或更多</translation>
  </message>
  <message>
   <source>{sentence} (in the {copy} copy only)</source>
   <translation>{sentence}（仅在{copy}副本中）</translation>
  </message>
  <message>
   <source>{sentence} (let pass: {override})</source>
   <translation>{sentence}（已放行：{override}）</translation>
  </message>
  <message>
   <source>{sentence} (let pass: {reason})</source>
   <translation>{sentence}（已放行：{reason}）</translation>
  </message>
  <message>
   <source>{sentence}, and {count} more are not valid</source>
   <translation>{sentence}，另有 {count} 项无效</translation>
  </message>
  <message>
   <source>{shape} gate voltages do not fit</source>
   <translation>{shape} 个栅极电压不相符</translation>
  </message>
  <message>
   <source>{shape} {what} voltages do not fit</source>
   <translation>{shape} 个 {what} 电压不相符</translation>
  </message>
  <message>
   <source>{share:.0f} % of what it should</source>
   <translation>应有量的 {share:.0f} %</translation>
  </message>
  <message>
   <source>{signal} received</source>
   <translation>收到 {signal}</translation>
  </message>
  <message>
   <source>{sources} inputs per point needed</source>
   <translation>每点需要 {sources} 个输入</translation>
  </message>
  <message>
   <source>{span} ago ({date})</source>
   <translation>{span}前（{date}）</translation>
  </message>
  <message>
   <source>{strength:.2f} of the nominal strength, V_T {threshold_V:.2f} V</source>
   <translation>标称强度的 {strength:.2f} 倍，V_T 为 {threshold_V:.2f} V</translation>
  </message>
  <message>
   <source>{text} (correlation {correlation:.2f})</source>
   <translation>{text}（相关系数 {correlation:.2f}）</translation>
  </message>
  <message>
   <source>{text}; check the wires, then measure again</source>
   <translation>{text}；请检查接线，然后重新测量</translation>
  </message>
  <message>
   <source>{text}; look for what else moves them, then measure again</source>
   <translation>{text}；请查找还有什么使它们移动，然后重新测量</translation>
  </message>
  <message>
   <source>{verb}: means nothing for a run that is {state}</source>
   <translation>{verb}：对{state}的运行没有意义</translation>
  </message>
  <message>
   <source>{view}: nothing to export yet. Start or open a run.</source>
   <translation>{view}：还没有可导出的数据。请开始或打开一次运行。</translation>
  </message>
  <message>
   <source>{voltage_V:.6g} V on {channel} is outside {min_V:.6g}…{max_V:.6g} V</source>
   <translation>{channel}的 {voltage_V:.6g} V 超出 {min_V:.6g}…{max_V:.6g} V</translation>
  </message>
  <message>
   <source>{what} at {channel} bends by {bend_mV:.1f} mV</source>
   <translation>{channel} 的{what}弯曲 {bend_mV:.1f} mV</translation>
  </message>
  <message>
   <source>{what} at {channel}: gain {gain:.3f}, offset {offset_mV:.1f} mV; check its wire: calibrate 'wiring'</source>
   <translation>{channel} 的{what}：增益 {gain:.3f}，偏移 {offset_mV:.1f} mV；请检查其接线：校准 'wiring'</translation>
  </message>
  <message>
   <source>{what} was accepted, yet it reads {reads}</source>
   <translation>{what}已被接受，却读到 {reads}</translation>
  </message>
  <message>
   <source>{what}s are 0 to {count}</source>
   <translation>{what}为 0 到 {count}</translation>
  </message>
  <message>
   <source>{who}, emulated</source>
   <translation>{who}，仿真</translation>
  </message>
  <message>
   <source>{why}. The guardian has not told that it made the bench safe</source>
   <translation>{why}。守护进程没有报告实验台已处于安全状态</translation>
  </message>
  <message>
   <source>{why}; two gates answer as one</source>
   <translation>{why}；两个栅极如同一个</translation>
  </message>
  <message>
   <source>{wire} and {other} are both wired to {terminal}</source>
   <translation>{wire} 与 {other} 都接到 {terminal}</translation>
  </message>
  <message>
   <source>|output| that is far enough; 0 means the label itself</source>
   <translation>足够远的 |输出|；0 表示标签本身</translation>
  </message>
  <message>
   <source>η must be above 0</source>
   <translation>η 必须大于 0</translation>
  </message>
  <message>
   <source>■ label above 0, ● below: {right} of {all} right</source>
   <translation>■ 标签大于 0，● 小于 0：{all} 个中 {right} 个正确</translation>
  </message>
 </context>
</TS>
